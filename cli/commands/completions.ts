import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import { completionScript } from "../completion/scripts.ts";
import { SHELLS } from "../completion/words.ts";

export const command: Command = {
  usage: SHELLS.join("|"),
  summary: "Print a script that completes commands, options and names in a shell",
  flags: [],
  argumentsMax: 1,
  examples: [
    'eval "$(ghost completions bash)"',
    "ghost completions zsh > ~/.zfunc/_ghost",
    "ghost completions fish > ~/.config/fish/completions/ghost.fish",
  ],
  async run(context) {
    const shell = SHELLS.find((each) => each === context.names[0]);
    if (!shell) throw usage(context.verb, `it needs a shell: ${SHELLS.join(", ")}`);
    context.print(await completionScript(shell));
    return 0;
  },
};
