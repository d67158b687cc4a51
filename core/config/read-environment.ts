import type { EnvironmentValue } from "./definition.ts";
import { type Field, type Reading, readMap, readScalar, readText, refuse } from "./fields.ts";
import { FROM_FILE_KEYS } from "./key-tables.ts";
import { hasUnknownKey } from "./keys.ts";
import { variableNameProblem } from "./names.ts";
import { mapBetweenPorts, portReference } from "./port-references.ts";
import { directoryOf, expandHome, resolvePath } from "./posix-path.ts";
import { isSecretName, secretReference, secretsIn } from "./secrets.ts";
import type { MapEntry, MapTree, Tree } from "./yaml-tree.ts";

/** Variables that describe the shell's moment, not its environment: they would make every `register` look like a change. */
export const SHELL_MOMENT: ReadonlySet<string> = new Set(["_", "PWD", "OLDPWD", "SHLVL"]);

/** The map form of `environment`; a list of KEY=value becomes one. Wrong items are reported and left out. */
export function environmentMap(tree: Tree, what: string, reading: Reading): MapTree {
  if (tree.kind === "map") return tree;
  const entries = new Map<string, MapEntry>();
  const field: Field = { tree, what, reading };
  if (tree.kind === "scalar") refuse(field, "it must be a map or a list of KEY=value", "write `environment: { KEY: value }`");
  else for (const item of tree.items) addItem(entries, { ...field, tree: item, what: `an item of ${what}` });
  return { kind: "map", place: tree.place, entries };
}

function addItem(entries: Map<string, MapEntry>, field: Field): void {
  const scalar = readScalar(field, "KEY=value", "write `KEY=value`, or a map instead of the list");
  if (!scalar) return;
  const split = scalar.text.indexOf("=");
  const key = split === -1 ? scalar.text : scalar.text.slice(0, split);
  if (split === -1) refuse(field, "it has no value", `write ${key}=value, or \`inherit: [${key}]\` to pass the registering shell's on`);
  else if (entries.has(key)) refuse({ ...field, tree: { ...scalar, text: key } }, "it is given twice", "remove one of them");
  else entries.set(key, { key, place: scalar.place, value: withText(scalar, scalar.text.slice(split + 1)) });
}

function withText<Scalar extends Tree>(scalar: Scalar, text: string): Scalar {
  return { ...scalar, value: text, text, pieces: [{ text, filled: false }] };
}

/** Reads `environment`. Values of keys that are named like secrets are kept apart, as `<process>.<KEY>`. */
export function readEnvironment(field: Field, process: string): Record<string, EnvironmentValue> | undefined {
  const { tree, what, reading } = field;
  if (tree.kind !== "map") return undefined;
  const values: [string, EnvironmentValue][] = [];
  for (const { key, place, value } of tree.entries.values()) {
    const problem = variableNameProblem(key);
    if (problem !== null) reading.report.error(place, `cannot use "${key}" in ${what}: ${problem}`);
    const read = readValue({ tree: value, what: `${key} in ${what}`, reading }, key, process);
    if (read !== undefined) values.push([key, read]);
  }
  return Object.fromEntries(values);
}

function readValue(field: Field, key: string, process: string): EnvironmentValue | undefined {
  const { tree } = field;
  if (tree.kind === "map") return readFromFile(field);
  if (tree.kind === "scalar" && tree.value === null)
    return refuse(field, "it has no value", `write "" for an empty one, or \`inherit: [${key}]\` to pass the registering shell's on`);
  const scalar = readScalar(field, "a text or { from_file: path }");
  return scalar && concealed(field, scalar.text, key, process);
}

/** A port inside a value stays outside of what is kept apart, so that its number can be filled in without the secret. */
function concealed(field: Field, text: string, key: string, process: string): string {
  return isSecretName(key) ? mapBetweenPorts(text, (part) => concealedPart(field, part, key, process)) : text;
}

function concealedPart(field: Field, text: string, key: string, process: string): string {
  const { secrets } = field.reading;
  const [only] = secretsIn(text);
  // A value that is one reference and nothing else is concealed already.
  return only !== undefined && text === secretReference(only)
    ? text
    : secrets.keep(`${process}.${key}`, only === undefined ? text : secrets.reveal(text));
}

function readFromFile(field: Field): EnvironmentValue | undefined {
  const path = readMap(field, FROM_FILE_KEYS, "from_file")?.field("from_file");
  if (!path)
    return field.tree.kind === "map" && hasUnknownKey(field.tree, FROM_FILE_KEYS)
      ? undefined
      : refuse(field, "it must be a text or { from_file: path }");
  const fromFile = readPath(path);
  return fromFile === undefined ? undefined : { fromFile };
}

/** A path, absolute: taken from the folder of the file that says it, `~/` from HOME. */
export function readPath(field: Field): string | undefined {
  const text = readText(field);
  return text === undefined ? undefined : resolvePath(directoryOf(field.tree.place.file), expandHome(text, field.reading.variables.HOME));
}

/** One path or several, as `readPath`. */
export function readPaths(field: Field): string[] | undefined {
  if (field.tree.kind === "map") return refuse(field, "it must be a path or a list of paths");
  const trees = field.tree.kind === "list" ? field.tree.items : [field.tree];
  const paths = trees.map((tree) => readPath({ ...field, tree }));
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

/**
 * `inherit`: the values of the named variables, or (true) of all but those that describe the shell's moment (`_ PWD OLDPWD SHLVL`).
 * What is named like a secret is kept apart under its own name.
 */
export function readInherit(field: Field): Record<string, string> | undefined {
  const { tree, reading } = field;
  if (tree.kind === "scalar" && typeof tree.value === "boolean")
    return tree.value
      ? taken(
          Object.keys(reading.variables).filter((name) => !SHELL_MOMENT.has(name)),
          reading,
        )
      : {};
  if (tree.kind === "map") return refuse(field, "it must be a list of names, or true");
  const trees = tree.kind === "list" ? tree.items : [tree];
  const names = trees.map((item) => readVariableName({ ...field, tree: item }));
  return names.every((name) => name !== undefined) ? taken(names, reading) : undefined;
}

function readVariableName(field: Field): string | undefined {
  const name = readText(field);
  const problem = name === undefined ? null : variableNameProblem(name);
  return problem === null ? name : refuse(field, problem, "write names only; a value belongs in `environment`");
}

function taken(names: readonly string[], reading: Reading): Record<string, string> {
  const pairs = names.flatMap((name) => {
    const value = Object.hasOwn(reading.variables, name) ? reading.variables[name] : undefined;
    return value === undefined ? [] : [[name, keptApart(name, value) ? reading.secrets.keep(name, value) : value] as const];
  });
  return Object.fromEntries(pairs);
}

/** Beside secrets, a value that holds a mark of references (prompts of shells can) must not be taken for one. */
function keptApart(name: string, value: string): boolean {
  return value !== "" && (isSecretName(name) || holdsMark(value));
}

function holdsMark(value: string): boolean {
  return [secretReference(""), portReference("")].some((reference) => value.includes(reference.charAt(0)));
}
