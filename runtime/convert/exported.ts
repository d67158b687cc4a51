import { dirname } from "node:path";
import type { DefinitionsView, RegisteredDefinition } from "../../core/api/definitions.ts";
import type { GroupDefinition, Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import type { Exported, ExportedProcess } from "../../core/convert/export/definitions.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { selectProcesses } from "../../core/graph/select.ts";
import { findAccount } from "../process/accounts.ts";
import { findExecutable } from "../process/executable.ts";

/** The processes of a file (those that `names` choose, or all) as they are exported. Ports that the daemon would choose have no numbers. Throws NOT_FOUND. */
export function exportedFromManifest({ processes, groups, path }: Manifest, names: readonly string[]): Exported {
  return exported(
    processes.map((definition) => ({ definition, path, ports: {} })),
    groups,
    names,
  );
}

/** What a daemon has (what `names` choose of it, or all), as it is exported. Throws NOT_FOUND. */
export function exportedFromDaemon({ processes, groups }: DefinitionsView, names: readonly string[]): Exported {
  return exported(processes, groups, names);
}

function exported(all: readonly RegisteredDefinition[], groups: readonly GroupDefinition[], names: readonly string[]): Exported {
  const candidates = all.map(({ definition, path }) => ({
    project: definition.project,
    name: definition.name,
    exported: { definition, path, ports: portsFor(definition, all) },
  }));
  const chosen = names.length === 0 ? candidates : selectProcesses(names, candidates, groups);
  // Bun takes the name from the environment: the system's own list is asked.
  const account = findAccount(String(process.getuid?.() ?? 0)).name;
  return { processes: chosen.map((candidate) => candidate.exported), groups, account, find };
}

/** Numbers by `PROCESS.PORT`. Of several instances each has its own chosen number, and one unit cannot say them all. */
function portsFor({ project }: ProcessDefinition, all: readonly RegisteredDefinition[]): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { definition, ports } of all.filter((other) => other.definition.project === project)) {
    for (const [port, declared] of Object.entries(definition.ports)) {
      const number = declared === "auto" ? (definition.instances > 1 ? undefined : ports[port]) : declared;
      if (number !== undefined) numbers[`${definition.name}.${port}`] = number;
    }
  }
  return numbers;
}

function find(program: string, { definition, path }: ExportedProcess): string | null {
  const { source, workingDirectory } = definition;
  try {
    return findExecutable(program, { path, workingDirectory, fileDirectory: source ? dirname(source.file) : null });
  } catch (error) {
    if (error instanceof GhostError) return null;
    throw error;
  }
}
