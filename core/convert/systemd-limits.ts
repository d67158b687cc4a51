import type { DraftProcess, Value } from "./draft.ts";
import { filled, numberOf, sizeText } from "./quantities.ts";
import { lastOf, type Unit } from "./unit-file.ts";

/** What a service may use; a limit that Ghost cannot say is told. `infinity` is none. */
export function unitLimits(unit: Unit, process: DraftProcess): Record<string, Value> {
  const read = (key: string, value: (text: string) => Value | undefined): Value | undefined => {
    const text = lastOf(unit, "Service", key);
    if (text === undefined || text === "infinity") return undefined;
    const found = value(text);
    if (found === undefined) process.note(`${key}=${text} — only a number has an equal: see resource_limits`);
    return found;
  };
  return filled({
    memory: read("MemoryMax", sizeText) ?? read("MemoryLimit", sizeText),
    cpu: read("CPUQuota", coresOf),
    pids: read("TasksMax", numberOf),
    open_files: read("LimitNOFILE", (text) => openFilesOf(text, process)),
  });
}

function coresOf(text: string): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
}

/** `SOFT:HARD`; Ghost sets both to one number. */
function openFilesOf(text: string, process: DraftProcess): number | undefined {
  const [soft, hard] = text.split(":");
  if (hard !== undefined) process.note(`LimitNOFILE=${text}: the hard limit has no equal`, "resource_limits");
  return numberOf(soft);
}
