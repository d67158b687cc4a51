import { directoryOf, resolvePath } from "../config/posix-path.ts";
import { networkKeys, networkOf, publishArguments, volumeArguments } from "./compose-places.ts";
import { aroundName, asText, containerName, imageName, isBuilt, type Service } from "./compose-service.ts";
import type { Text, Value } from "./draft.ts";
import { isPlainMap, type PlainMap, textIn, textsIn, wordsIn } from "./plain.ts";
import { shellWords } from "./shell-words.ts";

/** Options with one value. */
const SINGLE: Readonly<Record<string, string>> = {
  hostname: "--hostname",
  domainname: "--domainname",
  user: "--user",
  working_dir: "--workdir",
  platform: "--platform",
  cgroup: "--cgroupns",
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
  cpu_period: "--cpu-period",
  cpu_quota: "--cpu-quota",
  cpu_rt_period: "--cpu-rt-period",
  cpu_rt_runtime: "--cpu-rt-runtime",
  mem_swappiness: "--memory-swappiness",
};
/** Options that may name another service, whose container docker wants. */
const SHARED: Readonly<Record<string, string>> = { network_mode: "--network", pid: "--pid", ipc: "--ipc" };
/** Options that may be given several times. */
const REPEATED: Readonly<Record<string, string>> = {
  cap_add: "--cap-add",
  cap_drop: "--cap-drop",
  security_opt: "--security-opt",
  device_cgroup_rules: "--device-cgroup-rule",
  dns: "--dns",
  dns_search: "--dns-search",
  dns_opt: "--dns-option",
  group_add: "--group-add",
  tmpfs: "--tmpfs",
  expose: "--expose",
};
/** Options of KEY=value, in a map or a list. */
const PAIRED: Readonly<Record<string, readonly [option: string, between: string]>> = {
  labels: ["--label", "="],
  sysctls: ["--sysctl", "="],
  storage_opt: ["--storage-opt", "="],
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
  ...Object.keys(SHARED),
  ..."image devices volumes_from links gpus pull_policy command entrypoint container_name ports volumes environment env_file networks ulimits secrets configs".split(
    " ",
  ),
]);

/** What stands after `docker run --rm`: options, the image, and the command. Sets the process's environment, from which docker takes the values. */
export function dockerArguments(service: Service, services: readonly Service[]): Text[] {
  const entrypoint = wordsOf(service, service.values.entrypoint);
  return [
    "--name",
    containerName(service),
    ...networkArguments(service),
    ...publishArguments(service),
    ...volumeArguments(service),
    ...environmentArguments(service),
    ...plainArguments(service),
    ...sharedArguments(service, services),
    ...deviceArguments(service),
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
  const lost = Object.keys(own).filter((key) => !["aliases", "ipv4_address", "ipv6_address"].includes(key));
  if (lost.length > 0) service.process.note(`networks.${first}: ${lost.join(", ")} has no equal`);
  const addresses: Text[] = [
    ...(textIn(own.ipv4_address) === undefined ? [] : ["--ip", asText(service, own.ipv4_address)]),
    ...(textIn(own.ipv6_address) === undefined ? [] : ["--ip6", asText(service, own.ipv6_address)]),
  ];
  return ["--network", network, ...addresses, ...[service.key, ...textsIn(own.aliases)].flatMap((alias) => ["--network-alias", alias])];
}

/** docker takes the values from its own environment, so that `ps` does not show them. */
function environmentArguments(service: Service): Text[] {
  const { environment, env_file: files } = service.values;
  const pairs = Array.isArray(environment) ? environment.map(splitPair) : Object.entries(isPlainMap(environment) ? environment : {});
  // Without a value Compose takes the one of its own environment, or of `.env`.
  const isGiven = ([key, value]: [string, unknown]) =>
    (value !== null && value !== undefined) || Object.hasOwn(service.surroundings.dotenv, key);
  const given = pairs.filter(isGiven);
  const values: Record<string, Value> = Object.fromEntries(given.map(([key, value]) => [key, asText(service, value ?? `\${${key}}`)]));
  service.process.set("environment", values);
  service.process.set(
    "inherit",
    pairs.filter((pair) => !isGiven(pair)).map(([key]) => key),
  );
  const fileArguments = (Array.isArray(files) ? files : [files]).flatMap((file: unknown) => envFileArguments(service, file));
  return [...fileArguments, ...pairs.flatMap(([key]) => ["--env", key])];
}

/** docker does not run without an --env-file that Compose may miss. */
function envFileArguments({ source, surroundings, process }: Service, file: unknown): string[] {
  const path = isPlainMap(file) ? textIn(file.path) : textIn(file);
  if (path === undefined) return [];
  const whole = resolvePath(directoryOf(source.path), path);
  if (!isPlainMap(file) || file.required !== false) return ["--env-file", whole];
  if (surroundings.isFile(whole)) process.note(`env_file: ${path} may be missing for Compose; docker does not run without it`);
  else process.note(`env_file: ${path} is not there and was left out: once it is, add --env-file ${whole}`);
  return surroundings.isFile(whole) ? ["--env-file", whole] : [];
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

/** `service:db` of Compose is `container:shop-db` for docker. */
function sharedArguments(service: Service, services: readonly Service[]): Text[] {
  const named = (text: unknown, prefix: string): Text => {
    const key = textIn(text) ?? "";
    const [name = "", ...more] = prefix === "" ? key.split(":") : [key];
    const other = services.find((each) => each.key === (prefix === "" ? name : key.slice("service:".length)));
    if (!other || (prefix !== "" && !key.startsWith("service:")))
      return asText(service, prefix === "" ? key.replace(/^container:/, "") : key);
    return aroundName(other, (container) => [prefix + container, ...more].join(":"));
  };
  return [
    ...Object.entries(SHARED).flatMap(([key, option]): Text[] =>
      textIn(service.values[key]) === undefined ? [] : [option, named(service.values[key], "container:")],
    ),
    ...textsIn(service.values.links)
      .filter((link) => link.includes(":"))
      .flatMap((link): Text[] => ["--link", named(link, "")]),
    ...textsIn(service.values.volumes_from).flatMap((from): Text[] => ["--volumes-from", named(from, "")]),
  ];
}

function deviceArguments({ values, process, ...service }: Service): Text[] {
  const devices = Array.isArray(values.devices) ? values.devices : [];
  if (values.gpus !== undefined && textIn(values.gpus) === undefined)
    process.note(`gpus: ${JSON.stringify(values.gpus)} — add --gpus to the command`);
  return [
    ...devices.flatMap((device: unknown): Text[] => {
      const text = isPlainMap(device)
        ? [device.source, device.target, device.permissions].map(textIn).filter(Boolean).join(":")
        : textIn(device);
      return text === undefined ? [] : ["--device", asText({ values, process, ...service }, text)];
    }),
    ...(textIn(values.gpus) === undefined ? [] : ["--gpus", textIn(values.gpus) ?? ""]),
  ];
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
  const words = typeof value === "string" ? shellWords(value) : value === undefined || value === null ? [] : wordsIn(value);
  return words.map((word) => asText(service, word));
}
