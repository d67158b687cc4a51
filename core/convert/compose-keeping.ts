import { shellWord, textOf } from "./command.ts";
import { parseComposeDuration } from "./compose-duration.ts";
import { aroundName, asText, containerName, replicasOf, type Service } from "./compose-service.ts";
import { Template, type Text, type Value } from "./draft.ts";
import { isPlainMap, type PlainMap, textIn, textsIn, wordsIn } from "./plain.ts";
import { durationText, filled, numberOf, restartValue } from "./quantities.ts";

/** docker waits so long before it kills, unless the file says otherwise. In ms. */
const GRACE_MS = 10_000;
/** What the docker client may take on top of the container's own time, in ms. */
const CLIENT_MS = 5_000;

const CONDITIONS: Readonly<Record<string, string>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};

/** Restarts, stop, health and dependencies of a service. `needed`: processes that it needs besides. */
export function setKeeping(service: Service, services: readonly Service[], needed: readonly string[]): void {
  const { process } = service;
  const restart = restartOf(service);
  process.set("restart", restart);
  process.set("type", isCompleted(service, services) ? "oneshot" : restart === false ? "service" : undefined);
  process.set("instances", replicasOf(service) > 1 ? replicasOf(service) : undefined);
  process.set("health_check", healthCheckOf(service));
  process.set("stop", stopOf(service));
  process.set("depends_on", dependenciesOf(service, services, needed));
}

function restartOf({ values, process }: Service): Value {
  const deploy = isPlainMap(values.deploy) && isPlainMap(values.deploy.restart_policy) ? values.deploy.restart_policy : undefined;
  if (deploy) return deployedRestart(deploy);
  const [word, count] = (textIn(values.restart) ?? "no").split(":");
  if (word === "always" || word === "unless-stopped") return restartValue("always");
  if (word === "on-failure") return restartValue("on-failure", { max_restarts: numberOf(count) });
  if (word !== "no" && word !== "false") process.note(`restart: ${word} has no equal`, "restart");
  return false;
}

function deployedRestart({ condition, delay, max_attempts: attempts, window }: PlainMap): Value {
  const policy = condition === "none" ? "never" : condition === "on-failure" ? "on-failure" : "always";
  return restartValue(policy, {
    delay: durationText(parseComposeDuration(delay)),
    max_restarts: numberOf(attempts),
    window: durationText(parseComposeDuration(window)),
  });
}

/** Whether another service waits for this one's end. */
function isCompleted({ key }: Service, services: readonly Service[]): boolean {
  return services.some(({ values }) => {
    const dependency = isPlainMap(values.depends_on) ? values.depends_on[key] : undefined;
    return isPlainMap(dependency) && dependency.condition === "service_completed_successfully";
  });
}

/** A SIGKILL would end the docker client and leave the container: `docker stop` ends both, and knows the image's stop signal. */
function stopOf(service: Service): Value {
  const graceMs = parseComposeDuration(service.values.stop_grace_period) ?? GRACE_MS;
  return {
    command: aroundName(service, (name) => `docker stop -t ${Math.ceil(graceMs / 1000)} ${instanceName(service, name)}`),
    timeout: durationText(graceMs + CLIENT_MS) ?? "15s",
  };
}

function instanceName(service: Service, name: string): string {
  return replicasOf(service) > 1 ? `${name}-$GHOST_INSTANCE` : name;
}

function healthCheckOf(service: Service): Value | undefined {
  const check = service.values.healthcheck;
  if (!isPlainMap(check) || check.disable === true || check.test === undefined) return undefined;
  const test = typeof check.test === "string" ? ["CMD-SHELL", check.test] : wordsIn(check.test);
  if (test[0] === "NONE") return undefined;
  if (check.start_interval !== undefined)
    service.process.note(`start_interval: ${String(check.start_interval)} has no equal: Ghost asks in every period`, "health_check");
  if (replicasOf(service) > 1) service.process.note("the check asks the container of its own instance by GHOST_INSTANCE", "health_check");
  return filled({
    exec: execOf(service, test),
    period: durationText(parseComposeDuration(check.interval) ?? 30_000),
    timeout: durationText(parseComposeDuration(check.timeout) ?? 30_000),
    failures: numberOf(check.retries),
    start_grace: durationText(parseComposeDuration(check.start_period)),
  });
}

function execOf(service: Service, [kind, ...words]: readonly string[]): Value {
  const texts = words.map((word) => asText(service, word));
  const name = containerName(service);
  const template = [name, ...texts].some((text) => text instanceof Template);
  const command = [...(kind === "CMD-SHELL" ? ["sh", "-c"] : []), ...texts.map((text) => spelt(text, template))];
  const line = [`docker exec ${instanceName(service, textOf(name))}`, ...command.map(shellWord)].join(" ");
  const whole = replicasOf(service) > 1 ? `/bin/sh -c ${shellWord(line)}` : line;
  return template ? new Template(whole) : whole;
}

/** Beside variables a literal `${` is written `$${`. */
function spelt(text: Text, template: boolean): string {
  return template && typeof text === "string" ? text.replaceAll("${", () => "$${") : textOf(text);
}

function dependenciesOf(service: Service, services: readonly Service[], needed: readonly string[]): Value | undefined {
  const { depends_on: given } = service.values;
  const entries = isPlainMap(given)
    ? Object.entries(given)
    : textsIn(given).map((key): [string, unknown] => [key, { condition: "service_started" }]);
  const found: [string, Value][] = needed.map((name) => [name, { condition: "completed" }]);
  const implied = impliedBy(service.values).filter((key) => !entries.some(([named]) => named === key));
  for (const [key, value] of [...entries, ...implied.map((name): [string, unknown] => [name, {}])]) {
    const other = services.find((each) => each.key === key);
    if (other) found.push([other.process.name, dependency(isPlainMap(value) ? value : {})]);
    if (other && isPlainMap(value) && value.required === false)
      service.process.note(`${key}: required: false has no equal: without it this one does not start`, "depends_on");
    if (other) continue;
    service.process.note(`depends_on: ${key} is not in this file`, "depends_on");
  }
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Compose starts first whose network, processes, volumes or name a service uses. */
function impliedBy({ network_mode, pid, ipc, volumes_from: volumes, links }: PlainMap): string[] {
  const shared = [network_mode, pid, ipc]
    .map((value) => /^service:(.+)$/.exec(textIn(value) ?? "")?.[1])
    .filter((key) => key !== undefined);
  const named = [...textsIn(volumes).filter((from) => !from.startsWith("container:")), ...textsIn(links)].map(
    (text) => text.split(":")[0] ?? "",
  );
  return [...new Set([...shared, ...named])];
}

function dependency({ condition, restart }: PlainMap): Value {
  return filled({ condition: CONDITIONS[String(condition)] ?? "started", on_loss: restart === true ? "restart" : undefined });
}
