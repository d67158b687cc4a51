import { isCancel, multiselect, select } from "@clack/prompts";
import type { GroupView, ProcessView } from "../core/api/wire.ts";
import { GhostError } from "../core/errors/ghost-error.ts";
import { Keys } from "./keys.ts";
import { fullName } from "./output/status.ts";

interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint: string;
}

/** Lets a person on a terminal choose among processes: one, or several. Throws INTERRUPTED. */
export async function chooseAmong(processes: readonly ProcessView[], question: string, several: boolean): Promise<string[]> {
  return ask(
    processes.map((process) => ({ value: fullName(process), label: fullName(process), hint: process.status })),
    question,
    several,
  );
}

/** The same for one of the groups. */
export async function chooseGroup(groups: readonly GroupView[], question: string): Promise<string> {
  if (groups.length === 0)
    throw new GhostError("NOT_FOUND", "cannot offer a choice: there are no groups", {
      hint: "a `groups:` in processes.yaml declares some, ghost group create NAME PROCESS… makes one",
    });
  const options = groups.map(({ project, name, status }) => ({ value: `${project}/${name}`, label: `${project}/${name}`, hint: status }));
  const [chosen = ""] = await ask(options, question, false);
  return chosen;
}

/** The question goes to standard error, so that standard output stays the answer's. */
async function ask(options: Option[], message: string, several: boolean): Promise<string[]> {
  // The library's own keys for all and for the inverse are not told of, and one of them is a letter of any command.
  await using input = await Keys.open();
  const settings = { message, options, input, output: process.stderr, maxItems: 15 };
  const chosen = several ? await multiselect({ ...settings, required: true }) : await select(settings);
  if (isCancel(chosen)) throw new GhostError("INTERRUPTED", "nothing was chosen");
  return Array.isArray(chosen) ? chosen : [chosen];
}
