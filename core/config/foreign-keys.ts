import { FOREIGN_DATA } from "./foreign-data-keys.ts";
import { FOREIGN_ORCHESTRATION } from "./foreign-orchestration-keys.ts";

/** Where a key would stand: the whole file, a process, or one of a process's maps. */
export type Level =
  | "file"
  | "process"
  | "restart"
  | "stop"
  | "watch"
  | "resource_limits"
  | "logs"
  | "depends_on"
  | "health_check"
  | "http"
  | "schedule"
  | "reload"
  | "on"
  | "group"
  | "from_file"
  | "node"
  | "monitoring"
  | "system"
  | "node_http"
  | "node_hub"
  | "storage"
  | "sqlite"
  | "redis"
  | "postgres"
  | "cache"
  | "encryption"
  | "resilience"
  | "app_file"
  | "app"
  | "core"
  | "settings";

/** Keys of Ghost that this version does not have yet: an accepted key is one that works. */
const LATER: Partial<Record<Level, readonly string[]>> = {
  sqlite: ["connection"],
};

/** Other tools' keys and Ghost's answer to each. */
const FOREIGN: Partial<Record<Level, Readonly<Record<string, string>>>> = {
  file: {
    apps: "the key is `processes`",
    services: "the key is `processes`",
    programs: "the key is `processes`",
    version: "Ghost's file has no version: remove it",
    name: "the project's name is `project`",
    environment: "environment belongs to a process; share it with an anchor under an `x-` key",
    env_file: "env_file belongs to a process; share it with an anchor under an `x-` key",
    is_strict: "Ghost is always strict: remove it",
    log_location: "each process has its own log; `logs` under a process sets its rotation",
  },
  process: {
    script: "write `executable` (and `args`), or `command`",
    interpreter: "write the interpreter as `executable` and the script in `args`",
    interpreter_args: "write them first in `args`",
    node_args: "write `executable: node` and put them first in `args`",
    exec: "write `executable` or `command`",
    cmd: "write `command`",
    program: "write `executable`",
    path: "write `executable`",
    entrypoint: "write `executable`, or `command` for program and arguments in one",
    arguments: "write `args`",
    argv: "write `args`",
    autorestart: "write `restart: true` or `restart: on-failure`",
    availability: "write `restart`",
    exec_mode: "there is no cluster mode: Ghost runs any program as it is",
    max_memory_restart: "write `resource_limits: { memory: 512MB }`",
    mem_limit: "write `resource_limits: { memory: 512MB }`",
    memory_limit: "write `resource_limits: { memory: 512MB }`",
    limits: "write `resource_limits`",
    resources: "write `resource_limits`",
    kill_timeout: "write `stop: { timeout: 10s }`",
    stop_grace_period: "write `stop: { timeout: 10s }`",
    stopwaitsecs: "write `stop: { timeout: 10s }`",
    stop_timeout: "write `stop: { timeout: 10s }`",
    kill_signal: "write `stop: { signal: SIGTERM }`",
    stop_signal: "write `stop: { signal: SIGTERM }`",
    stopsignal: "write `stop: { signal: SIGTERM }`",
    shutdown: "write `stop: { signal: SIGTERM, timeout: 10s, command: … }`",
    shutdown_with_message: "write `stop: { signal: … }`",
    stopasgroup: "Ghost always stops the whole tree: remove it",
    killasgroup: "Ghost always stops the whole tree: remove it",
    treekill: "Ghost always stops the whole tree: remove it",
    cron_restart: "write `schedule` for a one-shot that runs at times; a service is not restarted by the clock",
    cron: 'write `schedule: "*/5 * * * *"`',
    restart_delay: "write `restart: { policy: always, delay: 1s }`",
    exp_backoff_restart_delay: "write `restart: { policy: always, delay: 100ms, factor: 2 }`",
    backoff_seconds: "write `restart: { policy: on-failure, delay: 1s }`",
    max_restarts: "write `restart: { policy: always, max_restarts: 10, window: 60s }`",
    startretries: "write `restart: { policy: always, max_restarts: 3 }`",
    min_uptime: "write `restart: { policy: always, reset_after: 60s }`",
    startsecs: "write `restart: { policy: always, reset_after: 60s }`",
    stop_exit_codes: "write `restart: { policy: on-failure, success_codes: [0, 3] }`",
    exitcodes: "write `restart: { policy: on-failure, success_codes: [0, 3] }`",
    restart_policy: "write `restart`",
    autostart: "`ghost register --start` starts what it registers: remove it",
    directory: "write `working_directory`",
    workdir: "write `working_directory`",
    root: "write `working_directory`",
    chdir: "write `working_directory`",
    env_production: "write `environment`; keep another environment's values in a second file: files merge in order",
    envs: "write `environment`",
    variables: "write `environment`",
    dotenv: "write `env_file`",
    is_dotenv_disabled: "Ghost reads only the files in `env_file`: remove it",
    filter_env: "a process gets only what is declared, see `inherit`: remove it",
    ignore_watch: "write `watch: { ignore: […] }`",
    watch_options: "write `watch: { paths: […], ignore: […], debounce: 100ms }`",
    watch_delay: "write `watch: { debounce: 100ms }`",
    out_file: "Ghost keeps the logs (`ghost logs NAME`): remove it",
    error_file: "Ghost keeps the logs (`ghost logs NAME`): remove it",
    log_file: "Ghost keeps the logs (`ghost logs NAME`): remove it",
    stdout_logfile: "Ghost keeps the logs (`ghost logs NAME`): remove it",
    stderr_logfile: "Ghost keeps the logs (`ghost logs NAME`): remove it",
    log_location: "Ghost keeps the logs (`ghost logs NAME`): remove it",
    stdout_logfile_maxbytes: "write `logs: { max_size: 10MB }`",
    stdout_logfile_backups: "write `logs: { max_files: 5 }`",
    log_configuration: "write `logs: { max_size: 10MB, max_files: 5 }`",
    logging: "write `logs: { max_size: 10MB, max_files: 5 }`",
    merge_logs: "each process has its own log: remove it",
    log_date_format: "times are kept beside the log: `ghost logs --timestamps`",
    time: "times are kept beside the log: `ghost logs --timestamps`",
    redirect_stderr: "out and err are kept apart, and `ghost logs` merges them: remove it",
    uid: "write `user`",
    gid: "write `group`",
    priority: "write `depends_on: [NAME]` for what must be there first",
    numprocs: "write `instances: 2`",
    scale: "write `instances: 2`",
    replicas: "write `instances: 2`",
    readiness_probe:
      "write `health_check: { http: URL, period: 10s, timeout: 1s, failures: 3, successes: 1, start_grace: 2m }` (or tcp, exec, log)",
    liveness_probe:
      "write `health_check: { http: URL, period: 10s, timeout: 1s, failures: 3, successes: 1, start_grace: 2m, restart: true }` (or tcp, exec, log)",
    healthcheck: "write `health_check: { exec: COMMAND, period: 30s, timeout: 5s, failures: 3 }` (or http, tcp, log)",
    is_daemon: "a program that daemonizes is followed: remove it",
    disabled: "`ghost register` starts nothing by itself: remove it, or comment the process out",
    namespace: "write `project` at the top of the file",
    description: "use a comment",
    image: "Ghost runs programs, not containers: write `executable`",
    volumes: "Ghost runs programs, not containers: remove it",
    execstart: "write `command`",
    execstop: "write `stop: { command: … }`",
    execreload: "write `reload: { signal: SIGHUP }`",
    workingdirectory: "write `working_directory`",
    environmentfile: "write `env_file`",
    restartsec: "write `restart: { policy: always, delay: 1s }`",
    killsignal: "write `stop: { signal: SIGTERM }`",
    timeoutstopsec: "write `stop: { timeout: 10s }`",
    limitnofile: "write `resource_limits: { open_files: 4096 }`",
    memorymax: "write `resource_limits: { memory: 512MB }`",
    after: "write `depends_on: [NAME]`",
    requires: "write `depends_on: [NAME]`",
    wants: "write `depends_on: [NAME]`",
    bindsto: "write `depends_on: { NAME: { on_loss: stop } }`",
    partof: "write `depends_on: { NAME: { on_loss: restart } }`",
    dependson: "write `depends_on`",
    needs: "write `depends_on`",
    links: "write `depends_on`",
    wait_for: "write `depends_on`",
    wait_ready: "write `health_check: { log: REGEX }`, or another check",
    listen_timeout: "write `health_check: { …, start_grace: 2m }`",
    ready_log_line: "write `health_check: { log: REGEX }`",
    health: "write `health_check`",
    probe: "write `health_check`",
    check: "write `health_check`",
    interval: "write `period` inside `health_check`, or `schedule` for a one-shot that runs at times",
    increment_var: "each instance gets GHOST_INSTANCE=0, 1, …: remove it",
    instance_var: "each instance gets GHOST_INSTANCE=0, 1, …: remove it",
    process_name: "instances are called NAME:0, NAME:1, …: remove it",
    port: "write `ports: { web: 8080 }`, or `listen: 8080` for a listener that Ghost hands down",
    expose: "write `ports: { web: 8080 }`",
    sockets: "write `listen: 8080`",
    cpus: "write `resource_limits: { cpu: 1.5 }`",
    cpu: "write `resource_limits: { cpu: 1.5 }`",
    cpuquota: "write `resource_limits: { cpu: 1.5 }`",
    pids_limit: "write `resource_limits: { pids: 100 }`",
    tasksmax: "write `resource_limits: { pids: 100 }`",
    oncalendar: 'write `schedule: "*/5 * * * *"`',
    onfailure: "write `on: { failed: COMMAND }`",
    hooks: "write `on: { failed: COMMAND, unhealthy: COMMAND }`",
    groups: "write the groups at the end of the file: `groups: [{ name: backend, processes: [api] }]`",
  },
  restart: {
    restart: "write `policy`",
    condition: "write `policy`",
    backoff_seconds: "write `delay: 1s`",
    backoff: "write `delay: 100ms, factor: 2, max_delay: 30s`",
    max_attempts: "write `max_restarts`",
    retries: "write `max_restarts`",
    interval: "write `delay`, or `window` for the time in which max_restarts counts",
    period: "write `window`",
    exit_codes: "write `success_codes`",
  },
  stop: {
    timeout_seconds: "write `timeout: 10s`",
    grace: "write `timeout: 10s`",
    kill_timeout: "write `timeout: 10s`",
    parent_only: "Ghost always stops the whole tree: remove it",
    exec: "write `command`",
  },
  watch: {
    path: "write `paths`",
    files: "write `paths`",
    include: "write `paths`",
    exclude: "write `ignore`",
    delay: "write `debounce`",
    interval: "write `debounce`",
    target: "write `paths`",
  },
  resource_limits: {
    mem: "write `memory`",
    max_memory: "write `memory`",
    memory_mb: "write `memory`",
    nofile: "write `open_files`",
    max_open_files: "write `open_files`",
    fds: "write `open_files`",
    cpus: "write `cpu`",
    cpu_percent: "write `cpu` in cores: 1.5 is 150 %",
    processes: "write `pids`",
    tasks: "write `pids`",
    nproc: "write `pids`",
  },
  logs: {
    size: "write `max_size`",
    max_size_mb: "write `max_size: 10MB`",
    max_backups: "write `max_files`",
    keep: "write `max_files`",
    rotate: "write `max_files`",
    max_age_days: "write `max_files`",
  },
  ...FOREIGN_ORCHESTRATION,
  ...FOREIGN_DATA,
  from_file: { file: "write `from_file`", path: "write `from_file`" },
  app_file: {
    name: "the name is `app: { name: … }`, and the process's name `app: { id: … }`",
    id: "write `app: { id: … }`",
    version: "write `app: { version: … }`",
    description: "write `app: { description: … }`",
    mode: "write `core: { mode: … }`",
    executable: "write `entry`, and `runtime: exec` where the entry is a program itself",
    command: "write `entry` and `args`",
    main: "write `entry`",
    settings: "write `core: { settings: … }`",
    processes: "processes belong in processes.yaml, which may name this app: `app: ./FOLDER`",
  },
  core: { logs_path: "write `logsPath`", data_path: "write `dataPath`", environment: "write `mode`" },
  settings: {
    auto_ghost_father: "write `autoGhostFather`",
    auto_monitor: "write `autoMonitor`",
    restart: "restart is a key of the file: `restart: …`",
  },
  monitoring: { period: "write `interval`" },
};

/** The remedy for a key that is another tool's; null when it is not known. */
export function answerForeignKey(level: Level, key: string): string | null {
  const answers = FOREIGN[level];
  const folded = key.toLowerCase().replaceAll("-", "_");
  return answers && Object.hasOwn(answers, folded) ? (answers[folded] ?? null) : null;
}

/** True for a key that Ghost documents but this version does not have. */
export function isLaterKey(level: Level, key: string): boolean {
  return LATER[level]?.includes(key) ?? false;
}
