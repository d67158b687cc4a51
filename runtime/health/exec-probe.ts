import { said } from "../../core/health/words.ts";
import { PROBE_OUTPUT_BYTES_MAX, type ProbeCommand, type ProbeOutcome, runProbeCommand } from "../process/probe-command.ts";
import { type Answer, failure } from "./prober.ts";

/** Runs a command once: exit code 0 passes. `describe` may throw, e.g. when there is no such program. */
export async function askCommand(describe: () => ProbeCommand, signal: AbortSignal): Promise<Answer> {
  try {
    const outcome = await runProbeCommand(describe(), signal);
    return signal.aborted ? failure(said(outcome.lastLine)) : judgeOutcome(outcome);
  } catch (error) {
    return failure((error as Error).message);
  }
}

function judgeOutcome({ code, signal, lastLine, flooded }: ProbeOutcome): Answer {
  if (flooded) return failure(`wrote more than ${PROBE_OUTPUT_BYTES_MAX / 1024 / 1024} MiB, and was killed`);
  const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
  return { ok: code === 0, detail: how, wrote: said(lastLine) };
}
