import { signalExitCode } from "../../runtime/process/exit-code.ts";
import type { Command } from "../command.ts";
import { isolatedByDefault, RUN_FAILURE } from "./run.ts";

export const command: Command = {
  usage: "[NAME | PATH] [--isolated] [-- ARGUMENT…]",
  summary: "Run an app's tests with the runtime inside",
  about:
    "Without a word the app in this folder; PATH may also be one test file. TypeScript and JavaScript are tested by the runtime in Ghost (node:test and bun:test both work), " +
    "Python by unittest. What stands after -- goes to the test runner. No daemon is started. The exit code is the test runner's; 125: Ghost failed.",
  flags: [{ flags: "--isolated", about: "With a home of its own, which is gone at the end with all that was in it" }],
  argumentsMax: 1,
  failureCode: RUN_FAILURE,
  examples: ["ghost test", "ghost test hello", "ghost test ./hello -- --coverage"],
  async run(context) {
    const { runForeground } = await import("../foreground/run-app.ts");
    const isolated = context.flag("isolated") || isolatedByDefault(context);
    const exit = await runForeground(context, { purpose: "test", args: context.passed, watch: false, isolated });
    return exit.signal === null ? (exit.code ?? RUN_FAILURE) : signalExitCode(exit.signal as NodeJS.Signals);
  },
};
