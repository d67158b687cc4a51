import { cpSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import { parseProcessesFiles } from "../../core/config/processes-file.ts";
import { ROOT } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";

/** Copies the samples of other tools' files into a home's work folder. */
export function copySamples(home: Home): void {
  cpSync(join(ROOT, "test/convert/samples"), home.work, { recursive: true });
}

/** What Ghost's own parser makes of a file (of the work folder, or an absolute path); an error shows what it refuses. */
export function parsed(home: Home, name: string, environment: Readonly<Record<string, string>> = {}): Manifest {
  const path = resolve(home.work, name);
  const { manifest, diagnostics } = parseProcessesFiles([{ path, text: readFileSync(path, "utf8") }], {
    environment: { HOME: "/home/me", ...environment },
  });
  if (!manifest) throw new Error(`${path} is refused: ${JSON.stringify(diagnostics)}\n${readFileSync(path, "utf8")}`);
  return manifest;
}

/** A process of a manifest by its name. */
export function processOf({ processes }: Manifest, name: string): ProcessDefinition {
  const found = processes.find((process) => process.name === name);
  if (!found) throw new Error(`there is no ${name} among ${processes.map((process) => process.name).join(", ")}`);
  return found;
}

/** The comment that stands before a line of a written file. */
export function commentBefore(text: string, line: RegExp): string {
  const lines = text.split("\n");
  const at = lines.findIndex((each) => line.test(each));
  let from = at;
  while (from > 0 && lines[from - 1]?.trim().startsWith("#")) from--;
  return lines.slice(from, at).join("\n");
}
