import { SIGNALS, signalName } from "../../core/config/signals.ts";
import { nearest } from "../../core/config/suggest.ts";
import { act } from "../act.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import { nameAndValue } from "../names.ts";

export const command: Command = {
  usage: "NAME SIGNAL",
  summary: "Send a signal to a process's main process",
  about:
    "The signal is named as in `kill -l`, with or without SIG, or a number. What it makes of the signal is the process's affair: an exit is answered as the restart policy says.",
  flags: [],
  argumentsMax: 2,
  examples: ["ghost signal nginx HUP", "ghost signal api SIGUSR1"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const typed = await nameAndValue(context, client, (word) => signalName(word) !== null || isNumber(word));
    if (typed === null) throw usage(context.verb, "it needs a NAME and a SIGNAL");
    const [name, word] = typed;
    return act(context, client, {
      verb: "signal",
      doing: "signalling",
      names: [name],
      request: { signal: signalNamed(word, context.verb) },
    });
  },
};

/** Which signal a number means depends on the system: the daemon's, which says so when there is none. */
function signalNamed(word: string, verb: string): string {
  const name = isNumber(word) ? word : signalName(word);
  if (name !== null) return name;
  const bare = (signal: string): string => signal.replace(/^SIG/, "");
  const meant = nearest(bare(word.toUpperCase()), SIGNALS.map(bare));
  throw usage(verb, `${word} is no signal`, meant ? `did you mean SIG${meant}? ` : "");
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word);
}
