import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";

/** What ends a program whose `ghost run` was killed; `runtime/process/run-guard.ts` becomes it. */
export const command: Command = {
  usage: "SIGNAL TIMEOUT_MS PID START_TICKS",
  summary: "End the program of a ghost run that was killed",
  flags: [],
  argumentsMax: 4,
  takesEmpty: true,
  examples: ["ghost end-run SIGTERM 10000 812 123456"],
  async run(context) {
    const [signal, ...numbers] = context.names;
    const [timeoutMs, pid, startTicks] = numbers.map(Number);
    if (signal === undefined || !timeoutMs || !pid || !startTicks) throw usage(context.verb, "it needs a signal and three numbers");
    const { endTree } = await import("../../runtime/foreground/end-tree.ts");
    await endTree({ pid, startTicks }, { signal, timeoutMs });
    return 0;
  },
};
