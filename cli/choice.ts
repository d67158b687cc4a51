import { isCancel, multiselect, select } from "@clack/prompts";
import type { ProcessView } from "../core/api/wire.ts";
import { GhostError } from "../core/errors/ghost-error.ts";
import { Keys } from "./keys.ts";
import { fullName } from "./output/status.ts";

/** Lets a person on a terminal choose among processes: one, or several. The question goes to standard error, so that standard output stays the answer's. */
export async function chooseAmong(processes: readonly ProcessView[], question: string, several: boolean): Promise<string[]> {
  const options = processes.map((process) => ({ value: fullName(process), label: fullName(process), hint: process.status }));
  // The library's own keys for all and for the inverse are not told of, and one of them is a letter of any command.
  await using input = await Keys.open();
  const settings = { message: question, options, input, output: process.stderr, maxItems: 15 };
  const chosen = several ? await multiselect({ ...settings, required: true }) : await select(settings);
  if (isCancel(chosen)) throw new GhostError("INTERRUPTED", "nothing was chosen");
  return Array.isArray(chosen) ? chosen : [chosen];
}
