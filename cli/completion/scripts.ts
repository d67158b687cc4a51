import { VERBS } from "../verbs.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import type { SHELLS } from "./words.ts";
import { zshScript } from "./zsh.ts";

/** The script for one shell, made from the commands' own tables. */
export async function completionScript(shell: (typeof SHELLS)[number]): Promise<string> {
  const entries = await Promise.all(Object.entries(VERBS).map(async ([verb, load]) => [verb, (await load()).command] as const));
  switch (shell) {
    case "bash":
      return bashScript(entries);
    case "zsh":
      return zshScript(entries);
    case "fish":
      return fishScript(entries);
  }
}
