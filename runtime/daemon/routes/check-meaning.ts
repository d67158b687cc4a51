import type { Manifest } from "../../../core/config/definition.ts";
import { manifestProblem } from "../../../core/config/manifest-problem.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { compilePattern } from "../../../core/health/pattern.ts";

/** Of a manifest whose shape is checked: refuses what no file could declare either, by where it stands. Throws USAGE. */
export async function checkMeaning(manifest: Manifest): Promise<void> {
  const problem = manifestProblem(manifest);
  if (problem) throw refused(problem.at, problem.message, problem.hint);
  for (const [index, { healthCheck }] of manifest.processes.entries()) {
    const probe = healthCheck?.probe;
    if (probe?.kind === "log") await checkPattern(probe.pattern, `processes[${index}].healthCheck.probe.pattern`);
    if (probe?.kind === "http" && probe.body !== null) await checkPattern(probe.body, `processes[${index}].healthCheck.probe.body`);
  }
}

async function checkPattern(source: string, at: string): Promise<void> {
  try {
    await compilePattern(source);
  } catch (error) {
    throw error instanceof GhostError ? refused(at, error.message, error.hint) : error;
  }
}

function refused(at: string, message: string, hint: string | undefined): GhostError {
  return new GhostError("USAGE", `cannot take the manifest: manifest.${at}: ${message}`, { hint });
}
