import type { Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import { type Diagnostic, Report } from "../../core/config/diagnostics.ts";
import type { Places } from "../../core/config/places.ts";
import { isOnPath } from "./on-path.ts";

/**
 * Where `python` is not in PATH but `python3` is (Debian, macOS), processes that name `python` are given `python3`, with a warning: files written
 * elsewhere then work as they stand.
 */
export function usePython3(manifest: Manifest, places: Places): { readonly manifest: Manifest; readonly warnings: readonly Diagnostic[] } {
  const named = manifest.processes.filter(namesPython);
  if (named.length === 0 || isOnPath("python", manifest.path) || !isOnPath("python3", manifest.path)) return { manifest, warnings: [] };
  const report = new Report();
  for (const { name } of named) {
    const place = places.get(`${name}.executable`) ?? places.get(name);
    if (place) report.warn(place, `python is not in PATH: ${name} is run by python3`, "write python3");
  }
  const processes = manifest.processes.map((process) => (namesPython(process) ? { ...process, executable: "python3" } : process));
  return { manifest: { ...manifest, processes }, warnings: report.diagnostics };
}

function namesPython(process: ProcessDefinition): boolean {
  return process.executable === "python" && !process.shell;
}
