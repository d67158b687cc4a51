import { SIGNALS } from "../../core/config/signals.ts";
import { nearest } from "../../core/config/suggest.ts";
import { act } from "../act.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  usage: "NAME SIGNAL",
  summary: "Send a signal to a process's main process",
  about:
    "The signal is named as in `kill -l`, with or without SIG. What it makes of the signal is the process's affair: an exit is answered as the restart policy says.",
  flags: [],
  argumentsMax: 2,
  examples: ["ghost signal nginx HUP", "ghost signal api SIGUSR1"],
  async run(context) {
    const [name, word] = context.names;
    if (name === undefined || word === undefined) throw usage(context.verb, "it needs a NAME and a SIGNAL");
    const request = { signal: signalNamed(word, context.verb) };
    return act(context, context.connect("if-not-stopped"), { verb: "signal", doing: "signalling", names: [name], request });
  },
};

function signalNamed(word: string, verb: string): string {
  const name = word.toUpperCase().startsWith("SIG") ? word.toUpperCase() : `SIG${word.toUpperCase()}`;
  const known: readonly string[] = SIGNALS;
  if (known.includes(name)) return name;
  const meant = nearest(name, known);
  throw usage(verb, `${word} is no signal`, meant ? `did you mean ${meant}? ` : "");
}
