import { shellWords } from "../shell-words.ts";
import type { ExportedProcess } from "./definitions.ts";
import { parseDockerRun } from "./docker-run.ts";

/** What a `docker run` says, in Compose's words. */
export interface Container {
  readonly values: Readonly<Record<string, unknown>>;
  /** Variables that docker takes from whoever runs it. */
  readonly passed: readonly string[];
  /** Names that exist outside the file. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Options that are not written. */
  readonly lost: readonly string[];
}

/** Options with one value and their key. */
const SINGLE: Readonly<Record<string, string>> = {
  hostname: "hostname",
  user: "user",
  workdir: "working_dir",
  platform: "platform",
  pull: "pull_policy",
  pid: "pid",
  ipc: "ipc",
  "shm-size": "shm_size",
  "stop-signal": "stop_signal",
  memory: "mem_limit",
  cpus: "cpus",
  "pids-limit": "pids_limit",
  runtime: "runtime",
};
const REPEATED: Readonly<Record<string, string>> = {
  publish: "ports",
  volume: "volumes",
  "cap-add": "cap_add",
  "cap-drop": "cap_drop",
  "security-opt": "security_opt",
  device: "devices",
  dns: "dns",
  "group-add": "group_add",
  tmpfs: "tmpfs",
  expose: "expose",
  label: "labels",
  sysctl: "sysctls",
  "add-host": "extra_hosts",
  "env-file": "env_file",
};
const SWITCHES: Readonly<Record<string, string>> = {
  init: "init",
  privileged: "privileged",
  "read-only": "read_only",
  interactive: "stdin_open",
};

/** Options that are looked at one by one, or that Compose needs not be told. */
const TREATED: ReadonlySet<string> = new Set("name network network-alias entrypoint env rm ulimit detach".split(" "));

/** The container that a process runs, null when it is no `docker run`. */
export function containerOf({ definition }: ExportedProcess, write: (text: string) => string): Container | null {
  const { executable, args, shell, instances } = definition;
  const run = parseDockerRun(shell ? shellWords(executable.replace(/^exec /, "")) : [executable, ...args]);
  if (!run) return null;
  const { options } = run;
  const network = options.get("network")?.at(-1);
  const isOwn = network !== undefined && !/^(host|none|bridge|container:.*)$/.test(network);
  const aliases = options.get("network-alias") ?? [];
  const entrypoint = options.get("entrypoint")?.at(-1);
  const name = options.get("name")?.at(-1);
  const values = {
    image: write(run.image),
    ...(name !== undefined && instances === 1 && { container_name: write(name) }),
    ...(entrypoint !== undefined && { entrypoint: [write(entrypoint)] }),
    ...(run.command.length > 0 && { command: run.command.map(write) }),
    ...mapped(options, write),
    ...(isOwn
      ? { networks: { [network]: aliases.length > 0 ? { aliases: [...aliases] } : {} } }
      : network !== undefined && { network_mode: network }),
  };
  const volumes = (options.get("volume") ?? []).map((volume) => volume.split(":")[0] ?? "").filter((source) => /^[A-Za-z0-9]/.test(source));
  const passed = (options.get("env") ?? []).filter((variable) => !variable.includes("="));
  return { values, passed, networks: isOwn ? [network] : [], volumes, lost: lostOf(options) };
}

function lostOf(options: ReadonlyMap<string, readonly string[]>): string[] {
  const isKnown = (option: string) => [SINGLE, REPEATED, SWITCHES].some((table) => Object.hasOwn(table, option)) || TREATED.has(option);
  return [...options].filter(([option]) => !isKnown(option)).map(([option, values]) => `--${option} ${values.join(" ")}`.trim());
}

function mapped(options: ReadonlyMap<string, readonly string[]>, write: (text: string) => string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [option, given] of options) {
    const [single, repeated, flag] = [SINGLE[option], REPEATED[option], SWITCHES[option]];
    if (single !== undefined) values[single] = write(given.at(-1) ?? "");
    else if (repeated !== undefined) values[repeated] = given.map(write);
    else if (flag !== undefined) values[flag] = true;
    else if (option === "ulimit") values.ulimits = ulimitsOf(given);
  }
  return values;
}

function ulimitsOf(given: readonly string[]): Record<string, unknown> {
  const pairs = given.map((text) => {
    const [, name = "", soft = "", hard] = /^([^=]+)=(\d+)(?::(\d+))?$/.exec(text) ?? [];
    return [name, hard === undefined ? Number(soft) : { soft: Number(soft), hard: Number(hard) }] as const;
  });
  return Object.fromEntries(pairs);
}
