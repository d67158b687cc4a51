import { setCommand } from "./command.ts";
import { type Draft, DraftProcess, emptyDraft } from "./draft.ts";
import { sortVariables } from "./inherited-variables.ts";
import { NameBook, noteRename } from "./name-book.ts";
import { isPlainMap, mapsIn, type PlainMap, refuseFile, textIn, textsIn, variableText, wordsIn } from "./plain.ts";
import { addNamespaces } from "./pm2.ts";
import { scheduleOf, setPm2Policies } from "./pm2-app.ts";
import { filled, numberOf } from "./quantities.ts";
import { type ForeignFile, placeDirectory, type Surroundings } from "./source.ts";

/** Converts PM2's `dump.pm2`: what `pm2 save` kept. Instances of one name become one process. */
export function convertPm2Dump(file: ForeignFile, surroundings: Surroundings): Draft {
  const entries = readEntries(file);
  const draft = emptyDraft();
  const names = new NameBook();
  const leftOut: LeftOut = { inherited: new Set(), shell: new Set() };
  const byName = new Map<string, PlainMap[]>();
  for (const entry of entries) {
    const name = textIn(entry.name) ?? "app";
    byName.set(name, [...(byName.get(name) ?? []), entry]);
  }
  for (const [called, same] of byName) {
    const process = convertEntries(names.nameFor(called), same, file, surroundings, leftOut);
    noteRename(process, called);
    draft.processes.push(process);
  }
  addNamespaces(
    draft,
    [...byName.values()].map(([first]) => first ?? {}),
    names,
  );
  noteLeftOut(draft, leftOut);
  return draft;
}

/** The variables of all processes that were not taken over. */
interface LeftOut {
  readonly inherited: Set<string>;
  readonly shell: Set<string>;
}

function noteLeftOut(draft: Draft, { inherited, shell }: LeftOut): void {
  const names = [...inherited].sort();
  if (names.length > 0)
    draft.notes.push(
      `Left out, because this shell has them with the same values: ${names.join(", ")}. If a program needs one, give it inherit: [${names[0]}].`,
    );
  if (shell.size > 0) draft.notes.push(`Left out, because every shell has them: ${[...shell].sort().join(", ")}.`);
}

function readEntries(file: ForeignFile): PlainMap[] {
  let value: unknown;
  try {
    value = JSON.parse(file.text);
  } catch (error) {
    throw refuseFile(file, `it is no JSON (${(error as Error).message})`, "`pm2 save` writes it anew; dump.pm2.bak is the one before");
  }
  const entries = mapsIn(value).filter((entry) => entry.pm_exec_path !== undefined);
  if (entries.length > 0) return entries;
  throw refuseFile(file, "it holds no processes", "run `pm2 save` while the programs run; dump.pm2.bak is the dump before");
}

function convertEntries(
  name: string,
  entries: readonly PlainMap[],
  file: ForeignFile,
  surroundings: Surroundings,
  leftOut: LeftOut,
): DraftProcess {
  const [entry = {}] = entries;
  const process = new DraftProcess(name);
  process.set("working_directory", placeDirectory(textIn(entry.pm_cwd), file, surroundings));
  setDumpedCommand(process, entry);
  setPm2Policies(process, entry);
  const count = Math.max(entries.length, numberOf(entry.instances) ?? 1);
  if (count > 1) process.set("instances", count);
  if (entry.exec_mode === "cluster_mode" && count > 1)
    process.note(
      "PM2's cluster mode shares one port among the instances; Ghost has none: see `listen`, or give each a port by GHOST_INSTANCE",
    );
  if (entry.status === "stopped") process.note("it was stopped when PM2 saved it");
  if (entry.cron_restart && scheduleOf(entry) === undefined)
    process.note(`cron_restart: ${String(entry.cron_restart)} — no equal: let a one-shot with a schedule run \`ghost restart ${name}\``);
  setDumpedEnvironment(process, entry, surroundings, leftOut);
  return process;
}

function setDumpedCommand(process: DraftProcess, entry: PlainMap): void {
  const script = textIn(entry.pm_exec_path) ?? "";
  const interpreter = textIn(entry.exec_interpreter);
  const before = interpreter === undefined || interpreter === "none" ? [] : [interpreter, ...textsIn(entry.node_args)];
  setCommand(process, [...before, script, ...wordsIn(entry.args)]);
}

function setDumpedEnvironment(process: DraftProcess, { env }: PlainMap, { environment }: Surroundings, leftOut: LeftOut): void {
  const pairs = Object.entries(isPlainMap(env) ? env : {}).map(([key, value]) => [key, variableText(value)] as const);
  const variables = filled(Object.fromEntries(pairs.filter(([key]) => key !== process.name))) as Record<string, string>;
  const { own, shell, inherited } = sortVariables(variables, environment);
  process.set("environment", own);
  for (const name of inherited) leftOut.inherited.add(name);
  for (const name of shell) leftOut.shell.add(name);
}
