import { DraftProcess, isMapValue, type Value } from "../draft.ts";
import type { ExportedApp } from "./definitions.ts";

/** What is executed is for the app's file to say. */
const OF_THE_FILE: ReadonlySet<string> = new Set(["executable", "command", "args", "shell"]);

/** The drafts that an app's entry is made of. */
export interface AppDrafts {
  /** All that is registered of it. */
  readonly registered: DraftProcess;
  /** The same of what its file says. */
  readonly file: DraftProcess;
  /** What it is given behind its entry, if that is not what the file says; else undefined. */
  readonly args: readonly Value[] | undefined;
  /** Said where the file does not say it. */
  readonly type: string | undefined;
}

/** The entry of an app: its folder, and what is registered otherwise than its file says it. */
export function draftOfApp({ folder }: ExportedApp, { registered, file, args, type }: AppDrafts): DraftProcess {
  const draft = new DraftProcess(registered.name);
  draft.set("app", folder);
  draft.set("args", args);
  draft.set("type", type);
  for (const [key, value] of Object.entries(registered.keys)) {
    if (OF_THE_FILE.has(key) || key === "type") continue;
    draft.set(key, key === "environment" ? newIn(value, file.keys.environment) : isSame(value, file.keys[key]) ? undefined : value);
  }
  for (const key of Object.keys(file.keys)) if (isTaken(key, registered)) tellMissing(draft, key);
  for (const { path, text } of registered.notes) draft.note(text, path);
  return draft;
}

/** The file says it, and what is registered does not. */
function isTaken(key: string, { keys }: DraftProcess): boolean {
  return !OF_THE_FILE.has(key) && key !== "type" && (keys[key] === undefined || keys[key] === false);
}

function tellMissing(draft: DraftProcess, key: string): void {
  if (key === "restart") draft.set("restart", "never");
  else draft.note(`${key} is in the app's file, and not in what is registered`);
}

function newIn(value: Value, before: Value | undefined): Value {
  if (!isMapValue(value) || !isMapValue(before)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key, each]) => !isSame(each, before[key])));
}

function isSame(one: Value, other: Value | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
