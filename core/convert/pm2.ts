import { parse } from "yaml";
import { type Draft, emptyDraft } from "./draft.ts";
import { NameBook, noteRename } from "./name-book.ts";
import { isPlainMap, mapsIn, type PlainMap, refuseFile, textIn } from "./plain.ts";
import { convertApp } from "./pm2-app.ts";
import type { ForeignFile, Surroundings } from "./source.ts";

/** Converts an ecosystem file of PM2: JSON or YAML text, or the value that running a JavaScript one gave. `environmentName`: the `env_…` that is laid over `env`. */
export function convertPm2(file: ForeignFile, environmentName: string | null, surroundings: Surroundings): Draft {
  const value = file.value ?? readData(file);
  const apps = appsIn(value);
  if (apps.length === 0) throw refuseFile(file, "it declares no apps", "an ecosystem file has a list `apps`, each with a `script`");
  const draft = emptyDraft();
  const names = new NameBook();
  for (const app of apps) {
    const called = textIn(app.name) ?? nameOfScript(textIn(app.script) ?? "app");
    const process = convertApp(names.nameFor(called), app, environmentName, file, surroundings);
    noteRename(process, called);
    draft.processes.push(process);
  }
  addNamespaces(draft, apps, names);
  if (isPlainMap(value) && value.deploy !== undefined)
    draft.notes.push("`deploy` has no equal: Ghost supervises what is on this machine, it copies nothing to others.");
  return draft;
}

/** The groups that PM2's namespaces are. `default` is PM2's word for none. */
export function addNamespaces(draft: Draft, apps: readonly PlainMap[], names: NameBook): void {
  const members = new Map<string, string[]>();
  apps.forEach((app, index) => {
    const namespace = textIn(app.namespace);
    const name = draft.processes[index]?.name;
    if (namespace && namespace !== "default" && name !== undefined) members.set(namespace, [...(members.get(namespace) ?? []), name]);
  });
  for (const [namespace, processes] of members) draft.groups.push({ name: names.nameFor(`${namespace} (group)`), processes });
}

function readData(file: ForeignFile): unknown {
  try {
    return parse(file.text);
  } catch (error) {
    throw refuseFile(
      file,
      `it is neither JSON nor YAML (${(error as Error).message.split("\n")[0]})`,
      "correct it, or name the right file",
    );
  }
}

/** PM2 takes `{ apps: […] }`, `{ apps: {…} }`, a bare list and a bare app. */
function appsIn(value: unknown): PlainMap[] {
  if (Array.isArray(value)) return mapsIn(value);
  if (!isPlainMap(value)) return [];
  if (Array.isArray(value.apps)) return mapsIn(value.apps);
  if (isPlainMap(value.apps)) return [value.apps];
  return value.script === undefined ? [] : [value];
}

function nameOfScript(script: string): string {
  return (script.split("/").pop() ?? script).replace(/(.)\.[^.]*$/, "$1");
}
