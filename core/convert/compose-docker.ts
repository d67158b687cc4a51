import { directoryOf, resolvePath } from "../config/posix-path.ts";
import { networkKeys, networkOf, publishArguments, volumeArguments } from "./compose-places.ts";
import { asText, containerName, imageName, isBuilt, type Service } from "./compose-service.ts";
import type { Text, Value } from "./draft.ts";
import { isPlainMap, type PlainMap, textIn, textsIn } from "./plain.ts";
import { shellWords } from "./shell-words.ts";

/** Options with one value. */
const SINGLE: Readonly<Record<string, string>> = {
  hostname: "--hostname",
  domainname: "--domainname",
  user: "--user",
  working_dir: "--workdir",
  platform: "--platform",
  network_mode: "--network",
  pid: "--pid",
  ipc: "--ipc",
  uts: "--uts",
  userns_mode: "--userns",
  cgroup_parent: "--cgroup-parent",
  shm_size: "--shm-size",
  mac_address: "--mac-address",
  runtime: "--runtime",
  isolation: "--isolation",
  stop_signal: "--stop-signal",
  oom_score_adj: "--oom-score-adj",
  mem_limit: "--memory",
  memswap_limit: "--memory-swap",
  mem_reservation: "--memory-reservation",
  cpus: "--cpus",
  cpu_shares: "--cpu-shares",
  cpuset: "--cpuset-cpus",
  pids_limit: "--pids-limit",
};
/** Options that may be given several times. */
const REPEATED: Readonly<Record<string, string>> = {
  cap_add: "--cap-add",
  cap_drop: "--cap-drop",
  security_opt: "--security-opt",
  devices: "--device",
  dns: "--dns",
  dns_search: "--dns-search",
  dns_opt: "--dns-option",
  group_add: "--group-add",
  tmpfs: "--tmpfs",
  expose: "--expose",
  volumes_from: "--volumes-from",
};
/** Options of KEY=value, in a map or a list. */
const PAIRED: Readonly<Record<string, readonly [option: string, between: string]>> = {
  labels: ["--label", "="],
  sysctls: ["--sysctl", "="],
  annotations: ["--annotation", "="],
  extra_hosts: ["--add-host", ":"],
};
const SWITCHES: Readonly<Record<string, string>> = {
  init: "--init",
  privileged: "--privileged",
  read_only: "--read-only",
  stdin_open: "--interactive",
  oom_kill_disable: "--oom-kill-disable",
};
/** Where `deploy.resources.limits` and `docker run` say the same. */
const LIMITS: Readonly<Record<string, string>> = { cpus: "--cpus", memory: "--memory", pids: "--pids-limit" };

/** The keys of a service that become options of `docker run`. */
export const DOCKER_KEYS: ReadonlySet<string> = new Set([
  ...Object.keys(SINGLE),
  ...Object.keys(REPEATED),
  ...Object.keys(PAIRED),
  ...Object.keys(SWITCHES),
  ..."image pull_policy command entrypoint container_name ports volumes environment env_file networks ulimits secrets configs".split(" "),
]);

/** What stands after `docker run --rm`: options, the image, and the command. Sets the process's environment, from which docker takes the values. */
export function dockerArguments(service: Service): Text[] {
  const entrypoint = wordsOf(service, service.values.entrypoint);
  return [
    "--name",
    containerName(service),
    ...networkArguments(service),
    ...publishArguments(service),
    ...volumeArguments(service),
    ...environmentArguments(service),
    ...plainArguments(service),
    ...limitArguments(service.values),
    ...pullArguments(service),
    ...(entrypoint[0] === undefined ? [] : ["--entrypoint", entrypoint[0]]),
    imageName(service),
    ...entrypoint.slice(1),
    ...wordsOf(service, service.values.command),
  ];
}

/** What is built here is never asked of a registry, where somebody else may have put an image of that name. */
function pullArguments({ values, process }: Service): string[] {
  const policy = textIn(values.pull_policy);
  if (policy === "always" || policy === "missing" || policy === "never") return ["--pull", policy];
  if (isBuilt(values) && values.image === undefined) return ["--pull", "never"];
  if (policy !== undefined && policy !== "if_not_present" && policy !== "build")
    process.note(`pull_policy: ${policy} has no equal: docker run takes always, missing and never`);
  return [];
}

function networkArguments(service: Service): Text[] {
  const network = networkOf(service);
  if (network === null) return [];
  const [first, ...more] = networkKeys(service.values);
  if (more.length > 0)
    service.process.note(`networks: only ${first} was taken over; join the others with \`docker network connect\`: ${more.join(", ")}`);
  const { networks } = service.values;
  const own = isPlainMap(networks) && first !== undefined && isPlainMap(networks[first]) ? (networks[first] as PlainMap) : {};
  return ["--network", network, ...[service.key, ...textsIn(own.aliases)].flatMap((alias) => ["--network-alias", alias])];
}

/** docker takes the values from its own environment, so that `ps` does not show them. */
function environmentArguments(service: Service): Text[] {
  const { environment, env_file: files } = service.values;
  const pairs = Array.isArray(environment) ? environment.map(splitPair) : Object.entries(isPlainMap(environment) ? environment : {});
  const given = pairs.filter(([, value]) => value !== null && value !== undefined);
  const values: Record<string, Value> = Object.fromEntries(given.map(([key, value]) => [key, asText(service, value)]));
  service.process.set("environment", values);
  service.process.set(
    "inherit",
    pairs.filter(([, value]) => value === null || value === undefined).map(([key]) => key),
  );
  const paths = (Array.isArray(files) ? files : [files]).map((file: unknown) => (isPlainMap(file) ? textIn(file.path) : textIn(file)));
  const folder = directoryOf(service.source.path);
  const fileArguments = paths.filter((path) => path !== undefined).flatMap((path) => ["--env-file", resolvePath(folder, path)]);
  return [...fileArguments, ...pairs.flatMap(([key]) => ["--env", key])];
}

function splitPair(item: unknown): [string, unknown] {
  const text = textIn(item) ?? "";
  const equals = text.indexOf("=");
  return equals === -1 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
}

function plainArguments(service: Service): Text[] {
  return Object.entries(service.values).flatMap(([key, value]): Text[] => {
    const [single, repeated, paired, flag] = [SINGLE[key], REPEATED[key], PAIRED[key], SWITCHES[key]];
    if (single !== undefined && textIn(value) !== undefined) return [single, asText(service, value)];
    if (repeated !== undefined) return textsIn(value).flatMap((item) => [repeated, asText(service, item)]);
    if (paired !== undefined) return pairsOf(value, paired[1]).flatMap((item) => [paired[0], asText(service, item)]);
    if (flag !== undefined && value === true) return [flag];
    return key === "ulimits" && isPlainMap(value) ? ulimitArguments(value) : [];
  });
}

function pairsOf(value: unknown, between: string): string[] {
  return isPlainMap(value) ? Object.entries(value).map(([key, inner]) => `${key}${between}${textIn(inner) ?? ""}`) : textsIn(value);
}

function ulimitArguments(limits: PlainMap): string[] {
  return Object.entries(limits).flatMap(([name, limit]) => {
    const text = isPlainMap(limit) ? `${textIn(limit.soft)}:${textIn(limit.hard)}` : textIn(limit);
    return text === undefined ? [] : ["--ulimit", `${name}=${text}`];
  });
}

function limitArguments({ deploy }: PlainMap): string[] {
  const resources = isPlainMap(deploy) && isPlainMap(deploy.resources) ? deploy.resources : {};
  const limits = isPlainMap(resources.limits) ? resources.limits : {};
  return Object.entries(LIMITS).flatMap(([key, option]) => (textIn(limits[key]) === undefined ? [] : [option, textIn(limits[key]) ?? ""]));
}

function wordsOf(service: Service, value: unknown): Text[] {
  const words = typeof value === "string" ? shellWords(value) : textsIn(value);
  return words.map((word) => asText(service, word));
}
