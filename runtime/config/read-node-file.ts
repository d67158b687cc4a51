import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, formatDiagnostic } from "../../core/config/diagnostics.ts";
import { NODE_DEFAULT, type NodeConfiguration } from "../../core/config/node-configuration.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readConfigurationText } from "./read-text.ts";

/** The node's own file, in Ghost's home. */
export const NODE_FILE = ".ghost.yaml";

/** What a node's file says. */
export interface NodeFile {
  readonly configuration: NodeConfiguration;
  readonly warnings: readonly Diagnostic[];
  /** The file as it stands; null: there is none. */
  readonly text: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `$GHOST_HOME/.ghost.yaml`; without one, the defaults (and the YAML parser is not even loaded). Throws CONFIG_INVALID, with
 * `details.diagnostics` where it could be read.
 */
export async function readNodeConfiguration(home: string, environment: Environment): Promise<NodeFile> {
  const path = join(home, NODE_FILE);
  if (!existsSync(path)) return { configuration: NODE_DEFAULT, warnings: [], text: null };
  return parseNodeConfiguration(home, readConfigurationText(path).text, environment);
}

/** The same of a text that is, or once was, that file. Throws CONFIG_INVALID with `details.diagnostics`. */
export async function parseNodeConfiguration(home: string, text: string, environment: Environment): Promise<NodeFile> {
  const path = join(home, NODE_FILE);
  const { parseNodeFile } = await import("../../core/config/node-file.ts");
  const { configuration, diagnostics } = parseNodeFile(path, text, environment);
  if (configuration) return { configuration, warnings: diagnostics, text };
  const first = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  throw new GhostError("CONFIG_INVALID", first ? formatDiagnostic(first) : `cannot read ${path}`, {
    hint: first?.hint,
    details: { diagnostics },
  });
}
