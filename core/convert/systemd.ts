import { type Draft, DraftProcess, emptyDraft } from "./draft.ts";
import { NameBook, noteRename } from "./name-book.ts";
import { refuseFile } from "./plain.ts";
import type { ForeignFile, Surroundings } from "./source.ts";
import { setUnitCommands } from "./systemd-commands.ts";
import { setDependencies, setInstances, startedBy } from "./systemd-dependencies.ts";
import { noteUnitKeys } from "./systemd-notes.ts";
import { setUnitPolicies } from "./systemd-policies.ts";
import { setReadiness } from "./systemd-readiness.ts";
import { addSocket, addTimer } from "./systemd-triggers.ts";
import { lastOf, parseUnit, type Unit } from "./unit-file.ts";

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
  const before = services.map((service) => convertService(service, names, surroundings));
  services.forEach((service, index) => {
    draft.processes.push(...(before[index] ?? []), service.process);
    setDependencies(service, units, services, before[index] ?? []);
    setInstances(service, units);
  });
  for (const unit of units) addTrigger(unit, services, draft);
  return draft;
}

function convertService({ unit, process }: ConvertedUnit, names: NameBook, surroundings: Surroundings): DraftProcess[] {
  const description = lastOf(unit, "Unit", "Description");
  noteRename(process, unit.stem);
  if (description !== undefined) process.note(description);
  const before = setUnitCommands(unit, process, names);
  setUnitPolicies(unit, process, surroundings);
  setReadiness(unit, process);
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
  const started = startedBy(unit);
  const service = services.find((each) => each.unit.name === started);
  if (!service) draft.notes.push(`${unit.name}: its service, ${started}, is not among the given units.`);
  else if (unit.ending === "timer") addTimer(unit, service.process);
  else if (unit.ending === "socket") addSocket(unit, service.process);
  else draft.notes.push(`${unit.name}: units of this kind have no equal.`);
}
