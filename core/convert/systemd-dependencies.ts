import { type DraftProcess, isMapValue, type Value } from "./draft.ts";
import type { ConvertedUnit } from "./systemd.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";

/** Keys that say what a unit needs or comes after, and what Ghost does when that is lost. */
const NEEDS: Readonly<Record<string, "ignore" | "stop">> = {
  After: "ignore",
  Wants: "ignore",
  Requires: "ignore",
  Requisite: "ignore",
  BindsTo: "stop",
};
/** With none but these a unit starts even if the other failed. */
const WEAK: ReadonlySet<string> = new Set(["After", "Wants", "Before"]);

/** The service that a timer or socket starts. */
export function startedBy(unit: Unit): string {
  const [section, key] = unit.ending === "timer" ? ["Timer", "Unit"] : ["Socket", "Service"];
  return lastOf(unit, section, key) ?? `${unit.stem}.service`;
}

/** Sets what a process depends on: the one-shots that run before it, and the units that its own names or that say to come before it. */
export function setDependencies(
  { unit, process }: ConvertedUnit,
  units: readonly Unit[],
  services: readonly ConvertedUnit[],
  before: readonly DraftProcess[],
): void {
  const found = new Map<string, Found>(before.map((first) => [first.name, { other: first, keys: new Set(["Requires"]) }]));
  const outside: string[] = [];
  const meet = (other: DraftProcess, key: string) => {
    const known = found.get(other.name) ?? { other, keys: new Set<string>() };
    known.keys.add(key);
    found.set(other.name, known);
  };
  for (const key of Object.keys(NEEDS)) {
    for (const name of namesIn(unit, key)) {
      const other = serviceNamed(name, services);
      if (!other) outside.push(`${key}=${name}`);
      else if (isTimed(other.unit, units))
        process.note(`${key}=${name}: a timer runs it, and to depend on it would be to wait for its next run`);
      else if (other.process !== process) meet(other.process, key);
    }
  }
  for (const other of services) {
    if (!namesIn(other.unit, "Before").some((name) => serviceNamed(name, services)?.process === process)) continue;
    if (other.process !== process && !isTimed(other.unit, units)) meet(other.process, "Before");
  }
  setFound(process, [...found.values()]);
  if (outside.length > 0) process.note(`Not among the given units: ${outside.join(", ")}.`);
}

/** Another process, and the keys that name it. */
interface Found {
  readonly other: DraftProcess;
  readonly keys: Set<string>;
}

/** A bare list where nothing but the usual is said: what Ghost takes for usual is what systemd waits for. */
function setFound(process: DraftProcess, found: readonly Found[]): void {
  const entries = found.map(({ other, keys }): [string, Value] => {
    const lost = keys.has("BindsTo");
    return [other.name, { condition: conditionOf(other), ...(lost && { on_loss: NEEDS.BindsTo ?? "stop" }) }];
  });
  const usual = entries.every(([, value]) => isMapValue(value) && value.on_loss === undefined);
  process.set("depends_on", usual ? found.map(({ other }) => other.name) : Object.fromEntries(entries));
  const weak = found.filter(({ other, keys }) => conditionOf(other) === "completed" && [...keys].every((key) => WEAK.has(key)));
  if (weak.length > 0)
    process.note(
      `systemd starts it even if ${weak.map(({ other }) => other.name).join(", ")} failed; here that must have ended well`,
      "depends_on",
    );
}

/** `After=` a service of Type=oneshot waits for its end (systemd.service(5), Type=), after one that tells when it is ready until then, else until it is started. */
function conditionOf({ keys }: DraftProcess): "completed" | "healthy" | "started" {
  return keys.type === "oneshot" ? "completed" : keys.health_check !== undefined ? "healthy" : "started";
}

function isTimed(unit: Unit, units: readonly Unit[]): boolean {
  return units.some((other) => other.ending === "timer" && startedBy(other) === unit.name);
}

function namesIn(unit: Unit, key: string): string[] {
  return valuesOf(unit, "Unit", key)
    .flatMap((value) => value.split(/\s+/))
    .filter(Boolean);
}

/** `worker@2.service` is an instance of `worker@.service`. */
function serviceNamed(name: string, services: readonly ConvertedUnit[]): ConvertedUnit | undefined {
  const template = name.replace(/@.+(?=\.service$)/, "@");
  return services.find(({ unit }) => unit.name === name) ?? services.find(({ unit }) => unit.name === template);
}

/** A template whose instances the other units call 0, 1, … is a process with so many; what else they are called is told. */
export function setInstances({ unit, process }: ConvertedUnit, units: readonly Unit[]): void {
  if (!unit.stem.endsWith("@")) return;
  const named = new Set(
    units
      .flatMap((other) => ["After", "Before", ...Object.keys(NEEDS)].flatMap((key) => namesIn(other, key)))
      .filter((name) => name.startsWith(unit.stem) && name.endsWith(".service"))
      .map((name) => name.slice(unit.stem.length, -".service".length))
      .filter((name) => name !== ""),
  );
  const numbered = Array.from({ length: named.size }, (_, index) => String(index)).every((number) => named.has(number));
  if (named.size > 1 && numbered) process.set("instances", named.size);
  else
    process.note(
      `${unit.name} is a template${named.size > 0 ? `, whose instances are ${[...named].join(", ")}` : ""}: ` +
        `import a copy that is called ${unit.stem}NAME.service for each instance, or write instances: N`,
    );
}
