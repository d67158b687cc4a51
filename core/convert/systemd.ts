import { type Draft, DraftProcess, emptyDraft, isMapValue, type Value } from "./draft.ts";
import { NameBook, noteRename } from "./name-book.ts";
import { refuseFile } from "./plain.ts";
import type { ForeignFile, Surroundings } from "./source.ts";
import { setUnitCommands } from "./systemd-commands.ts";
import { noteUnitKeys } from "./systemd-notes.ts";
import { setUnitPolicies } from "./systemd-policies.ts";
import { addSocket, addTimer } from "./systemd-triggers.ts";
import { lastOf, parseUnit, type Unit, valuesOf } from "./unit-file.ts";

/** A service and the process that it becomes. */
export interface ConvertedUnit {
  readonly unit: Unit;
  readonly process: DraftProcess;
}

/** Converts units of systemd that belong together: services, with the timers and sockets that start them. */
export function convertSystemd(files: readonly ForeignFile[], surroundings: Surroundings): Draft {
  const units = files.map(parseUnit);
  const draft = emptyDraft();
  const names = new NameBook();
  const services = units
    .filter(({ ending }) => ending === "service")
    .map((unit) => ({ unit, process: new DraftProcess(names.nameFor(unit.stem)) }));
  if (services.length === 0 && files[0])
    throw refuseFile(files[0], "it is no service", "name the .service file, and its .timer or .socket beside it");
  for (const service of services) {
    const before = convertService(service, names, surroundings);
    draft.processes.push(...before, service.process);
    setDependencies(service, services, before);
  }
  for (const unit of units) addTrigger(unit, services, draft);
  return draft;
}

function convertService({ unit, process }: ConvertedUnit, names: NameBook, surroundings: Surroundings): DraftProcess[] {
  const description = lastOf(unit, "Unit", "Description");
  noteRename(process, unit.stem);
  if (description !== undefined) process.note(description);
  const before = setUnitCommands(unit, process, names);
  setUnitPolicies(unit, process, surroundings);
  noteUnitKeys(unit, process);
  for (const first of before) copyPlace(process, first);
  return before;
}

/** What runs before a service runs as it does. */
function copyPlace({ keys }: DraftProcess, first: DraftProcess): void {
  for (const key of ["working_directory", "environment", "env_file", "inherit", "user", "group", "umask"]) first.set(key, keys[key]);
}

function addTrigger(unit: Unit, services: readonly ConvertedUnit[], draft: Draft): void {
  if (unit.ending === "service") return;
  const started =
    lastOf(unit, unit.ending === "timer" ? "Timer" : "Socket", unit.ending === "timer" ? "Unit" : "Service") ?? `${unit.stem}.service`;
  const service = services.find((each) => each.unit.name === started);
  if (!service) draft.notes.push(`${unit.name}: its service, ${started}, is not among the given units.`);
  else if (unit.ending === "timer") addTimer(unit, service.process);
  else if (unit.ending === "socket") addSocket(unit, service.process);
  else draft.notes.push(`${unit.name}: units of this kind have no equal.`);
}

/** Keys that say what a unit needs or comes after, and what Ghost does when that is lost. */
const NEEDS: Readonly<Record<string, "ignore" | "stop" | "restart">> = {
  After: "ignore",
  Wants: "ignore",
  Requires: "ignore",
  Requisite: "ignore",
  BindsTo: "stop",
};

function setDependencies({ unit, process }: ConvertedUnit, services: readonly ConvertedUnit[], before: readonly DraftProcess[]): void {
  const found = new Map<string, Value>(before.map(({ name }) => [name, { condition: "completed" }]));
  const outside: string[] = [];
  for (const [key, onLoss] of Object.entries(NEEDS)) {
    for (const name of valuesOf(unit, "Unit", key).flatMap((value) => value.split(/\s+/))) {
      const other = services.find((each) => each.unit.name === name)?.process;
      if (!other) outside.push(`${key}=${name}`);
      else if (other !== process) found.set(other.name, onLoss === "ignore" ? (found.get(other.name) ?? {}) : { on_loss: onLoss });
    }
  }
  for (const other of services) {
    const first = valuesOf(other.unit, "Unit", "Before").flatMap((value) => value.split(/\s+/));
    if (first.includes(unit.name) && !found.has(other.process.name)) found.set(other.process.name, {});
  }
  setFound(process, found);
  if (outside.length > 0) process.note(`Not among the given units: ${outside.join(", ")}.`);
}

function setFound(process: DraftProcess, found: ReadonlyMap<string, Value>): void {
  const bare = [...found.values()].every((value) => isMapValue(value) && Object.keys(value).length === 0);
  process.set("depends_on", bare ? [...found.keys()] : Object.fromEntries([...found].map(([name, value]) => [name, withCondition(value)])));
}

/** In the map form the condition must not be empty; `started` is what systemd waits for. */
function withCondition(value: Value): Value {
  return isMapValue(value) && value.condition === undefined ? { condition: "started", ...value } : value;
}
