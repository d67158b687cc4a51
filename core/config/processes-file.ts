import type { AppConfiguration } from "./app-configuration.ts";
import type { GroupDefinition, Manifest, ProcessDefinition } from "./definition.ts";
import { type Diagnostic, inFileOrder, Report } from "./diagnostics.ts";
import { type Draft, type GroupKey, mergeDrafts, mergeGroupDrafts, readDrafts, readGroupDrafts } from "./drafts.ts";
import { type Field, type Reading, readText, refuse } from "./fields.ts";
import type { Variables } from "./interpolate.ts";
import { FILE_KEYS } from "./key-tables.ts";
import { hasUnknownKey, readKeys } from "./keys.ts";
import { PROCESSES_MAX } from "./limits.ts";
import { linkDependencies, type ReadProcess } from "./link-dependencies.ts";
import { linkPorts } from "./link-ports.ts";
import { reportListenerChecks } from "./listener-checks.ts";
import { nameProblem, sanitizeName } from "./names.ts";
import { type Places, placesOf } from "./places.ts";
import { reportPortClashes } from "./port-clashes.ts";
import { baseName, directoryOf } from "./posix-path.ts";
import { type AppReader, readAppProcess } from "./read-app-process.ts";
import { readGroups } from "./read-groups.ts";
import { readProcess } from "./read-process.ts";
import { SecretKeeper } from "./secret-keeper.ts";
import type { SourceText } from "./source-text.ts";
import { type MapTree, readYaml, type Tree } from "./yaml-tree.ts";

/** What the files declare, or why they cannot be used. */
export interface ProcessesFiles {
  /** Null when one of the diagnostics is an error. */
  readonly manifest: Manifest | null;
  /** All that is wrong, in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
  /** For checks against the disk. */
  readonly places: Places;
  /** The apps among the processes, by the process's name: what they execute is to be found out. */
  readonly apps: ReadonlyMap<string, AppConfiguration>;
}

/** For whom files are read. */
export interface FilesContext {
  readonly environment: Variables;
  /** Gives apps' files; default: there are none. */
  readonly apps?: AppReader;
}

/**
 * Reads `processes.yaml` files, which merge in their order, for whoever has the variables `context.environment`: HOME (for `~/`), PATH (recorded)
 * and what `${VAR}` and `inherit` take. Pure. All errors of all files are reported.
 */
export function parseProcessesFiles(files: readonly SourceText[], context: FilesContext): ProcessesFiles {
  const reading: Reading = { report: new Report(), secrets: new SecretKeeper(), variables: context.environment };
  const read = files.map((file) => readFile(file, reading)).filter((file) => file !== null);
  const drafts = mergeDrafts(read.map((file) => file.drafts)).slice(0, PROCESSES_MAX + 1);
  const groupDrafts = mergeGroupDrafts(read.map((file) => file.groups));
  const project = readProject(read, files, reading);
  const groups = readGroups(groupDrafts, drafts, project, reading);
  const apps = new Map<string, AppConfiguration>();
  const alone = drafts.map((draft) => {
    if (!draft.entries.has("app")) return { draft, definition: readProcess(draft, project, reading) };
    const read = readAppProcess(draft, project, context.apps ?? (() => null), reading);
    if (read.app) apps.set(draft.name, read.app);
    return read;
  });
  const linked = linkPorts(linkDependencies(alone, new Set(groups.map(({ name }) => name)), reading), reading);
  reportPortClashes(linked, reading);
  reportListenerChecks(linked, reading);
  reportCount(linked, files, reading);
  const definitions = linked.map(({ definition }) => definition);
  const manifest = reading.report.failed ? null : manifestOf(files, project, definitions, groups, reading);
  return {
    manifest,
    diagnostics: inFileOrder(
      reading.report.diagnostics,
      files.map((file) => file.path),
    ),
    places: placesOf(alone.map(({ draft }) => draft)),
    apps,
  };
}

interface FileParts {
  readonly project: Tree | undefined;
  readonly drafts: readonly Draft[];
  readonly groups: readonly Draft<GroupKey>[];
}

function readFile({ path, text }: SourceText, reading: Reading): FileParts | null {
  const { report } = reading;
  const tree = readYaml(path, text, reading.variables, reading.secrets, report);
  if (tree === null) return null;
  if (tree.kind !== "map") {
    report.error(
      tree.place,
      `cannot read the file: it holds a ${tree.kind === "list" ? "list" : "text"}, not a map`,
      "begin with `processes:` and put the list below it",
    );
    return null;
  }
  const own = withoutExtensions(tree);
  const keys = readKeys(own, FILE_KEYS, "file", "the file", report);
  const processes = keys.get("processes");
  const groups = keys.get("groups");
  if (!processes && !groups && !hasUnknownKey(own, FILE_KEYS))
    report.error(tree.place, "cannot read the file: it has no processes", "add `processes:` and below it `- name: …`");
  return {
    project: keys.get("project")?.value,
    drafts: processes ? readDrafts(processes.value, reading) : [],
    groups: groups ? readGroupDrafts(groups.value, reading) : [],
  };
}

/** Keys that begin with `x-` are a place for anchors, as in Compose: nobody reads them. */
function withoutExtensions(tree: MapTree): MapTree {
  return { ...tree, entries: new Map([...tree.entries].filter(([key]) => !key.startsWith("x-"))) };
}

function readProject(read: readonly FileParts[], files: readonly SourceText[], reading: Reading): string {
  const last = read.findLast((file) => file.project !== undefined)?.project;
  const given = last && readProjectName({ tree: last, what: "project", reading });
  return given ?? sanitizeName(baseName(directoryOf(files[0]?.path ?? "/")));
}

function readProjectName(field: Field): string | undefined {
  const text = readText(field);
  const problem = text === undefined ? null : nameProblem(text);
  return problem === null ? text : refuse(field, problem, `${sanitizeName(text ?? "")} would do`);
}

function reportCount(read: readonly ReadProcess[], files: readonly SourceText[], { report }: Reading): void {
  const place = { file: files[0]?.path ?? "", line: 1, column: 1 };
  const count = read.reduce((sum, { definition }) => sum + (definition?.instances ?? 1), 0);
  if (count > PROCESSES_MAX)
    report.error(place, `cannot register more than ${PROCESSES_MAX} processes at once, instances counted`, "split the file");
  if (read.length === 0 && !report.failed) report.warn(place, "the file declares no process");
}

function manifestOf(
  files: readonly SourceText[],
  project: string,
  definitions: readonly (ProcessDefinition | undefined)[],
  groups: readonly GroupDefinition[],
  { secrets, variables }: Reading,
): Manifest {
  const processes = definitions.filter((definition) => definition !== undefined);
  return {
    id: files[0]?.path ?? "",
    project,
    files: [...new Set(files.map((file) => file.path))],
    processes,
    groups,
    path: variables.PATH ?? "",
    secrets: secrets.valuesUsedBy(processes),
  };
}
