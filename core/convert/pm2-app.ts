import { DraftProcess } from "./draft.ts";
import { isPlainMap, type PlainMap, textIn, textsIn, variableText } from "./plain.ts";
import { setPm2Command } from "./pm2-command.ts";
import { pm2Duration } from "./pm2-duration.ts";
import { filled, numberOf, restartValue, sizeText } from "./quantities.ts";
import { type ForeignFile, placeDirectory, placePath, type Surroundings } from "./source.ts";

/** PM2 stops with this signal; Ghost's own default is SIGTERM. */
const PM2_STOP_SIGNAL = "SIGINT";

const CRON_KEYS = ["cron_restart", "cron"] as const;
const CRON_ANSWER = "no equal: a schedule is for one-shots; let a one-shot run `ghost restart NAME`";

/** What PM2 has and Ghost has not, or has otherwise. */
const ANSWERS: Readonly<Record<string, string>> = {
  wait_ready: "no equal: a process is ready when its health_check passes (health_check: { log: … } takes a line that it prints)",
  listen_timeout: "write health_check: { …, start_grace: … }",
  cron_restart: CRON_ANSWER,
  cron: CRON_ANSWER,
  out_file: "Ghost keeps the logs: ghost logs NAME",
  error_file: "Ghost keeps the logs: ghost logs NAME",
  log_file: "Ghost keeps the logs: ghost logs NAME",
  output: "Ghost keeps the logs: ghost logs NAME",
  error: "Ghost keeps the logs: ghost logs NAME",
  log: "Ghost keeps the logs: ghost logs NAME",
  out: "Ghost keeps the logs: ghost logs NAME",
  log_type: "no equal: logs are written as they come",
  log_date_format: "times are kept beside the log: ghost logs NAME --timestamps",
  time: "times are kept beside the log: ghost logs NAME --timestamps",
  shutdown_with_message: "no equal: the process is stopped by a signal, or by stop: { command: … }",
  increment_var: "no equal: each instance gets GHOST_INSTANCE=0, 1, …",
  instance_var: "no equal: each instance gets GHOST_INSTANCE=0, 1, …",
  filter_env: "not needed: a process gets only what is declared",
  post_update: "no equal",
  pid_file: "Ghost keeps the pids: ghost list",
  pid: "Ghost keeps the pids: ghost list",
  watch_options: "no equal: Ghost follows the system's own news of files",
  node_version: "no equal: write the path of that node into the command",
  interpreter_args: "",
  autostart: "`ghost register --start` starts what it registers, `ghost register` nothing",
  disable_logs: "no equal: logs are kept, and bounded by `logs`",
  treekill: "Ghost always stops the whole tree",
};
/** Keys that are converted, and those that only PM2's own doings need. */
const TAKEN = new Set(
  (
    "name script args interpreter exec_interpreter interpreter_args node_args cwd env instances exec_mode autorestart max_restarts min_uptime " +
    "restart_delay exp_backoff_restart_delay max_memory_restart watch ignore_watch watch_delay kill_timeout uid gid stop_exit_codes namespace " +
    "env_file vizion pmx automation source_map_support disable_source_map_support merge_logs combine_logs force version append_env_to_name " +
    "trace windowsHide km_link axm_options exec user port interpreterArgs"
  ).split(" "),
);

/** Converts one app of an ecosystem file. */
export function convertApp(
  name: string,
  app: PlainMap,
  environmentName: string | null,
  file: ForeignFile,
  surroundings: Surroundings,
): DraftProcess {
  const process = new DraftProcess(name);
  const cwd = textIn(app.cwd);
  process.set("working_directory", placeDirectory(cwd, file, surroundings));
  setPm2Command(process, app, file, surroundings);
  setPm2Policies(process, app);
  setInstances(process, app);
  setEnvironment(process, app, environmentName);
  process.set(
    "env_file",
    textsIn(app.env_file).map((path) => placePath(path, file, surroundings)),
  );
  const converted = new Set<string>([`env_${environmentName}`, ...(scheduleOf(app) === undefined ? [] : CRON_KEYS)]);
  for (const key of Object.keys(app)) if (!converted.has(key)) noteKey(process, key, app[key]);
  return process;
}

/** Restarts, stop, limits, watching and identity: these are spelt alike in ecosystem files and dumps. */
export function setPm2Policies(process: DraftProcess, app: PlainMap): void {
  process.set("restart", restartOf(process, app));
  const schedule = scheduleOf(app);
  process.set("type", app.autorestart === false && schedule === undefined ? "service" : undefined);
  process.set("schedule", schedule);
  if (schedule !== undefined)
    process.note("PM2 runs it when it is started, too; Ghost at its times only, and with ghost trigger", "schedule");
  process.set("stop", filled({ signal: PM2_STOP_SIGNAL, timeout: pm2Duration(process, "kill_timeout", app.kill_timeout) }));
  const memory = sizeText(app.max_memory_restart);
  process.set("resource_limits", filled({ memory }));
  if (memory === undefined && app.max_memory_restart)
    process.note(`max_memory_restart: ${JSON.stringify(app.max_memory_restart)} is no size`);
  process.set("watch", watchOf(process, app));
  process.set("user", textIn(app.uid) ?? textIn(app.user));
  process.set("group", textIn(app.gid));
}

/** PM2 knows jobs as what it restarts by the clock and not when it ends; what runs all the time and is restarted by the clock has no equal. */
export function scheduleOf(app: PlainMap): string | undefined {
  const text = CRON_KEYS.map((key) => textIn(app[key])).find((each) => each !== undefined && each !== "" && each !== "0");
  return app.autorestart === false ? text : undefined;
}

function restartOf(process: DraftProcess, app: PlainMap): ReturnType<typeof restartValue> {
  const codes = textsIn(app.stop_exit_codes).map(Number).filter(Number.isInteger);
  // Without a restart 0 is a good end, too, as it is for PM2.
  if (app.autorestart === false)
    return restartValue("never", { success_codes: codes.length > 0 ? [...new Set([0, ...codes])] : undefined });
  const backoff = pm2Duration(process, "exp_backoff_restart_delay", app.exp_backoff_restart_delay || undefined);
  const fixed = pm2Duration(process, "restart_delay", app.restart_delay || undefined);
  if (app.max_restarts !== undefined)
    process.note(
      "PM2 counts restarts of runs shorter than min_uptime; Ghost counts those within `window`, whatever their length",
      "restart",
    );
  return restartValue(codes.length > 0 ? "on-failure" : "always", {
    ...(backoff !== undefined
      ? { delay: backoff, factor: 1.5, max_delay: "15s" }
      : fixed !== undefined && { delay: fixed, factor: 1, max_delay: fixed }),
    max_restarts: numberOf(app.max_restarts),
    reset_after: pm2Duration(process, "min_uptime", app.min_uptime),
    // PM2 restarts what ended with 0, too: only these codes end a process for good.
    success_codes: codes.length > 0 ? codes : undefined,
  });
}

function watchOf(
  process: DraftProcess,
  { watch, ignore_watch: ignore, watch_delay: delay }: PlainMap,
): DraftProcess["keys"][string] | undefined {
  if (watch === undefined || watch === false || watch === null) return undefined;
  const paths = typeof watch === "boolean" ? [] : textsIn(watch);
  const ignored = textsIn(ignore);
  const debounce = pm2Duration(process, "watch_delay", delay || undefined);
  const map = filled({ paths: paths.length > 0 ? paths : undefined, ignore: ignored.length > 0 ? ignored : undefined, debounce });
  return Object.keys(map).length === 0 ? true : map;
}

function setInstances(process: DraftProcess, app: PlainMap): void {
  const count = numberOf(app.instances);
  const cluster =
    app.exec_mode === "cluster" || app.exec_mode === "cluster_mode" || (app.exec_mode === undefined && app.instances !== undefined);
  if (count !== undefined && count > 1) {
    process.set("instances", count);
    process.note("PM2 numbers the instances in NODE_APP_INSTANCE, Ghost in GHOST_INSTANCE", "instances");
  }
  if (app.instances === "max" || (count !== undefined && count <= 0))
    process.note(`instances: ${JSON.stringify(app.instances)} depends on the number of cores: write instances: N`);
  if (cluster && app.instances !== 1)
    process.note(
      "PM2's cluster mode shares one port among the instances. Ghost has no cluster mode: give each instance a port of its own (by GHOST_INSTANCE), " +
        "or let Ghost hold the port (listen: 8080) and listen on descriptor 3",
    );
}

function setEnvironment(process: DraftProcess, app: PlainMap, environmentName: string | null): void {
  const over = app[`env_${environmentName}`];
  const env = {
    ...(textIn(app.port) !== undefined && { PORT: app.port }),
    ...(isPlainMap(app.env) && app.env),
    ...(isPlainMap(over) && over),
  };
  process.set("environment", filled(Object.fromEntries(Object.entries(env).map(([key, value]) => [key, variableText(value)]))));
}

function noteKey(process: DraftProcess, key: string, value: unknown): void {
  if (TAKEN.has(key)) return;
  if (key.startsWith("env_")) return noteEnvironment(process, key, value);
  const answer = ANSWERS[key];
  const shown = JSON.stringify(value) ?? String(value);
  if (answer !== "") process.note(`${key}: ${shown} — ${answer ?? "no equal"}`);
}

/** Only the names: another environment's values are as likely secrets as this one's. */
function noteEnvironment(process: DraftProcess, key: string, value: unknown): void {
  const names = isPlainMap(value) ? Object.keys(value) : [];
  process.note(
    `${key} (${names.join(", ") || "empty"}) was not taken over: keep another environment in a second file, ` +
      `and name both: ghost register processes.yaml ${key.slice("env_".length)}.yaml. Or import it with --env ${key.slice("env_".length)}`,
  );
}
