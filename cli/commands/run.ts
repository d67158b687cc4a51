import { signalExitCode } from "../../runtime/process/exit-code.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import { type Context, isSet } from "../context.ts";

/** A failure of Ghost's own; 1 to 5 could be the app's. */
export const RUN_FAILURE = 125;

export const command: Command = {
  usage: "[NAME | PATH] [--watch] [--args ARGS] [--isolated] [-- ARGUMENT…]",
  summary: "Run an app here, in the foreground, on this terminal",
  about:
    "Without a word the app in this folder; a NAME is one of GHOST_HOME/ghosts, a PATH a folder with a .ghost.yaml or a single file (.ts and .js need no other runtime: " +
    "Ghost is one). It has this terminal, its keys, and this shell's environment; the exit code is its own (128+N after signal N; 125: it could not be run, or Ghost " +
    "failed). A service is restarted as its .ghost.yaml says, but not for ever: without max_restarts five times in ten minutes; with --watch only when a file changes. Meanwhile it is in ghost list, and the hub is there. With CI set, and no home named, it runs as with --isolated.",
  flags: [
    { flags: "-w, --watch", about: "Restart it when a file of its folder changes" },
    { flags: "--args <ARGS>", about: 'Its arguments, in one word: --args "a b"' },
    { flags: "--isolated", about: "With a home of its own, which is gone at the end with all that was in it" },
  ],
  argumentsMax: 1,
  failureCode: RUN_FAILURE,
  examples: ["ghost run", "ghost run hello -- --name Ada", "ghost run script.ts --watch", 'ghost run api --args "--port 8080" --isolated'],
  hintFor: (option, [word = ""]) =>
    `if ${option} is an argument of the app, put -- before it: ghost run ${word === "" || word.startsWith("-") ? "" : `${word} `}-- ${option}`,
  hintForExtra: (extra, [word]) => `if that is for the app: ghost run ${word} -- ${extra.join(" ")}, or --args "${extra.join(" ")}"`,
  async run(context) {
    const { runForeground } = await import("../foreground/run-app.ts");
    const exit = await runForeground(context, {
      purpose: "run",
      args: await argumentsOf(context),
      watch: context.flag("watch"),
      isolated: context.flag("isolated") || isolatedByDefault(context),
    });
    return exit.signal === null ? (exit.code ?? RUN_FAILURE) : signalExitCode(exit.signal as NodeJS.Signals);
  },
};

/** In a pipeline nothing is to stay behind; whoever names a home wants to have it. */
export function isolatedByDefault({ environment, text }: Context): boolean {
  return isSet(environment.CI) && !environment.GHOST_HOME && text("home") === undefined;
}

async function argumentsOf(context: Context): Promise<readonly string[]> {
  const text = context.text("args");
  if (text === undefined) return context.passed;
  const { splitCommandLine } = await import("../../core/config/command-line.ts");
  const split = splitCommandLine([{ text, filled: false }]);
  if ("problem" in split) throw usage(context.verb, `--args ${text}: ${split.problem}`, "quote it; ");
  return [...split.words, ...context.passed];
}
