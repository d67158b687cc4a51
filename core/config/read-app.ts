import { APP_GRANTS, APP_RUNTIMES, type AppConfiguration, type AppGrant } from "./app-configuration.ts";
import { APP_KEYS, CORE_KEYS, type GHOST_FILE_KEYS, SETTINGS_KEYS } from "./app-keys.ts";
import type { Dependency } from "./definition.ts";
import type { Draft, ProcessKey } from "./drafts.ts";
import { type Field, MapFields, type Reading, readBoolean, readChoice, readMap, readScalar, readText, refuse } from "./fields.ts";
import { nameProblem, sanitizeName } from "./names.ts";
import { baseName, directoryOf } from "./posix-path.ts";
import { readArguments } from "./read-command.ts";
import { readData } from "./read-data.ts";
import { readDependencies } from "./read-dependencies.ts";
import { readPath } from "./read-environment.ts";
import { RESTART_DEFAULT } from "./read-policies.ts";
import { readManaged } from "./read-process.ts";

type FileFields = MapFields<keyof typeof GHOST_FILE_KEYS>;

/** What is known of an app besides what its file says. */
interface AppPlace {
  /** Of the `.ghost.yaml`, absolute. */
  readonly file: string;
  /** The folder whose last part is the default of the id. */
  readonly folderName: string;
  readonly project: string;
  /** The process's name, whatever the file says; absent: as the file says. */
  readonly id?: string;
  readonly reading: Reading;
  /** The keys of the process, under the name that it turns out to have. */
  readonly draftOf: (name: string) => Draft;
}

/** Reads the app's sections and keys. The app is undefined after an error without which there is none. */
export function readApp(map: FileFields, place: AppPlace): { readonly app: AppConfiguration | undefined; readonly draft: Draft } {
  const names = map.read("app", (field) => readMap(field, APP_KEYS, "app"), null);
  const core = map.read("core", (field) => readMap(field, CORE_KEYS, "core"), null);
  const settings = core?.read("settings", (field) => readMap(field, SETTINGS_KEYS, "settings", (key) => `core.settings.${key}`), null);
  const own = names?.read("id", readId, null);
  const id = place.id ?? own ?? sanitizeName(baseName(place.folderName), "app");
  const draft = withType(place.draftOf(id), settings?.field("type"));
  const args = new MapFields<ProcessKey>(draft.entries, (key) => key, place.reading).read("args", readArguments, []);
  const { process, bareNeeds } = readProcessPart(draft, place);
  const app: AppConfiguration = {
    id,
    name: names?.read("name", readText, id) ?? id,
    description: names?.read("description", readLines, null) ?? null,
    version: names?.read("version", readText, null) ?? null,
    directory: directoryOf(place.file),
    file: place.file,
    mode: core?.read("mode", readText, "development") ?? "development",
    logsPath: core?.read("logsPath", readPath, null) ?? null,
    dataPath: core?.read("dataPath", readPath, null) ?? null,
    settings: {
      autoGhostFather: settings?.read("autoGhostFather", readBoolean, false) ?? false,
      autoMonitor: settings?.read("autoMonitor", readBoolean, true) ?? true,
      type: process.type,
    },
    entry: map.read("entry", readEntry, null),
    entryPlace: map.field("entry")?.tree.place ?? null,
    runtime: map.read("runtime", (field) => readChoice(field, APP_RUNTIMES, RUNTIME_ANSWERS), "auto"),
    args,
    grants: map.read("grants", readGrants, []),
    data: readData(map),
    dataSections: (["cache", "encryption", "resilience"] as const).filter((key) => map.has(key)),
    says: { type: draft.entries.has("type"), restart: draft.entries.has("restart") },
    bareNeeds,
    process,
  };
  return { app, draft };
}

const RUNTIME_ANSWERS = {
  nodejs: "write node",
  javascript: "write auto",
  typescript: "write auto",
  python3: "write python",
  binary: "write exec",
  executable: "write exec",
};

function readId(field: Field): string | undefined {
  const text = readText(field);
  const problem = text === undefined ? null : nameProblem(text);
  return problem === null ? text : refuse(field, problem, `${sanitizeName(text ?? "", "app")} would do`);
}

/** A description may have several lines. */
function readLines(field: Field): string | undefined {
  return readScalar(field, "a text")?.text.trim();
}

function readEntry(field: Field): string | undefined {
  const text = readText(field);
  if (text === undefined || (!text.startsWith("/") && !text.startsWith("~") && !text.split("/").includes(".."))) return text;
  return refuse(field, "it is not in the app's folder", "write it relative to the file, as app.ts or src/main.ts");
}

function readGrants(field: Field): AppGrant[] | undefined {
  const trees = field.tree.kind === "list" ? field.tree.items : [field.tree];
  const grants = trees.map((tree) => readGrant({ ...field, tree }));
  return grants.every((grant) => grant !== undefined) ? [...new Set(grants)] : undefined;
}

function readGrant(field: Field): AppGrant | undefined {
  const text = readScalar(field, "orchestrator")?.text;
  if (text === undefined) return undefined;
  return APP_GRANTS.find((grant) => grant === text) ?? refuse(field, "there is no such grant", `there is ${APP_GRANTS.join(", ")}`);
}

/** `core.settings.type` is `type` of the process; where both are given they must agree. */
function withType(draft: Draft, type: Field | undefined): Draft {
  const own = draft.entries.get("type");
  if (!type) return draft;
  if (!own) return { ...draft, entries: new Map(draft.entries).set("type", { key: "type", place: type.tree.place, value: type.tree }) };
  const same = own.value.kind === "scalar" && type.tree.kind === "scalar" && own.value.text === type.tree.text;
  if (!same) refuse(type, `type says otherwise in line ${own.value.place.line}`, "keep one of them");
  return draft;
}

function readProcessPart(draft: Draft, { project, reading }: AppPlace): Pick<AppConfiguration, "process" | "bareNeeds"> {
  const map = new MapFields<ProcessKey>(draft.entries, (key) => (key === "type" ? "core.settings.type" : key), reading);
  const process = readManaged(map, draft, project);
  const needs = map.read("depends_on", readDependencies, []);
  // What a bare name means depends on the other, which another file declares.
  const dependsOn = needs.map(({ name, condition, onLoss }): Dependency => ({ name, condition: condition ?? "started", onLoss }));
  const bareNeeds = needs.filter(({ condition }) => condition === null).map(({ name }) => name);
  // A service lives on: who wants one that is left lying says `restart: never`.
  const restart = process.type === "service" && !map.has("restart") ? { ...RESTART_DEFAULT, policy: "always" as const } : process.restart;
  return { process: { ...process, dependsOn, restart }, bareNeeds };
}
