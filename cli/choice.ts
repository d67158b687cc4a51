import { isCancel, multiselect, select } from "@clack/prompts";
import type { ProcessView } from "../core/api/wire.ts";
import { GhostError } from "../core/errors/ghost-error.ts";
import { fullName } from "./output/status.ts";

/** Lets a person on a terminal choose among processes: one, or several. The question goes to standard error, so that standard output stays the answer's. */
export async function chooseAmong(processes: readonly ProcessView[], question: string, several: boolean): Promise<string[]> {
  if (processes.length === 0)
    throw new GhostError("NOT_FOUND", "cannot offer a choice: nothing is registered", {
      hint: "ghost register FILE, or ghost start PROGRAM",
    });
  const options = processes.map((process) => ({ value: fullName(process), label: fullName(process), hint: process.status }));
  const settings = { message: question, options, output: process.stderr, maxItems: 15 };
  const chosen = several ? await multiselect({ ...settings, required: true }) : await select(settings);
  if (isCancel(chosen)) throw new GhostError("INTERRUPTED", "nothing was chosen");
  return Array.isArray(chosen) ? chosen : [chosen];
}
