import type { HealthCheck, Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import { type Diagnostic, Report } from "../../core/config/diagnostics.ts";
import type { Places } from "../../core/config/places.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { compilePattern } from "../../core/health/pattern.ts";

/** Reports the patterns of health checks that the engine cannot read. It is loaded only when there is one. */
export async function checkPatterns(manifest: Manifest, places: Places): Promise<readonly Diagnostic[]> {
  const report = new Report();
  for (const process of manifest.processes) {
    const found = process.healthCheck && patternOf(process.healthCheck);
    if (found) await checkPattern(process, found, places, report);
  }
  return report.diagnostics;
}

interface Found {
  readonly key: string;
  readonly pattern: string;
}

function patternOf({ probe }: HealthCheck): Found | null {
  if (probe.kind === "log") return { key: "health_check.log", pattern: probe.pattern };
  return probe.kind === "http" && probe.body !== null ? { key: "health_check.http", pattern: probe.body } : null;
}

async function checkPattern({ name }: ProcessDefinition, { key, pattern }: Found, places: Places, report: Report): Promise<void> {
  try {
    await compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    const place = places.get(`${name}.${key}`) ?? places.get(name);
    const why = error.message.replace(/^.*: error parsing regexp: /s, "");
    if (place) report.error(place, `cannot use "${pattern}" as ${key} of ${name}: ${why}`, error.hint);
  }
}
