import { APP_MARKS, GHOST_FILE_KEYS } from "./app-keys.ts";
import { type Diagnostic, Report } from "./diagnostics.ts";
import { type Reading, readMap } from "./fields.ts";
import type { Variables } from "./interpolate.ts";
import { NODE_DEFAULT, type NodeConfiguration } from "./node-configuration.ts";
import { NODE_KEYS } from "./node-keys.ts";
import { readNode } from "./read-node.ts";
import { SecretKeeper } from "./secret-keeper.ts";
import { isBlank } from "./source-text.ts";
import { readYaml, type Tree } from "./yaml-tree.ts";

/** Reads the node's file. An empty one is all defaults; the app's sections may stand in it, too. Null when one of the diagnostics is an error. */
export function parseNodeFile(
  path: string,
  text: string,
  environment: Variables,
): { readonly configuration: NodeConfiguration | null; readonly diagnostics: readonly Diagnostic[] } {
  if (isBlank(text)) return { configuration: NODE_DEFAULT, diagnostics: [] };
  const reading: Reading = { report: new Report(), secrets: new SecretKeeper(), variables: environment };
  const tree = readYaml(path, text, environment, reading.secrets, reading.report);
  const configuration = tree ? readRoot(tree, reading) : null;
  return { configuration: reading.report.failed ? null : configuration, diagnostics: reading.report.diagnostics };
}

function readRoot(tree: Tree, reading: Reading): NodeConfiguration | null {
  const field = { tree, what: "the file", reading };
  const map = isApp(tree) ? readMap(field, GHOST_FILE_KEYS, "app_file", (key) => key) : readMap(field, NODE_KEYS, "node", (key) => key);
  return map ? readNode(map) : null;
}

function isApp(tree: Tree): boolean {
  return tree.kind === "map" && APP_MARKS.some((key) => tree.entries.has(key));
}
