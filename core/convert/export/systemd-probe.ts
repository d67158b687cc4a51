import { portsIn } from "../../config/port-references.ts";
import { secretsIn } from "../../config/secrets.ts";
import { shellWord } from "../command.ts";
import type { ExportedProcess } from "./definitions.ts";

/** systemd has no checks: a command that waits until the check holds once lets those that come after wait, too. */
export interface WaitForReady {
  /** A line for `/bin/sh`, which ends when the process is ready; null where it cannot be said so. */
  readonly line: string | null;
  /** What is lost. */
  readonly comment: string;
}

/** What a shell asks to learn whether a process is ready. `find` gives the path of a program, null where there is none. */
export function waitForReady({ definition }: ExportedProcess, find: (program: string) => string | null): WaitForReady | null {
  const { healthCheck } = definition;
  if (!healthCheck) return null;
  const question = questionOf(healthCheck.probe, Math.max(1, Math.round(healthCheck.timeoutMs / 1000)), find);
  if (question === null)
    return { line: null, comment: `health_check (${healthCheck.probe.kind}) has no equal: it is active as soon as it runs` };
  const pause = Math.max(1, Math.round(healthCheck.periodMs / 1000));
  return {
    line: `until ${question}; do sleep ${pause}; done`,
    comment: "health_check: systemd waits until it holds once, and asks no more afterwards",
  };
}

type Probe = NonNullable<ExportedProcess["definition"]["healthCheck"]>["probe"];

function questionOf(probe: Probe, seconds: number, find: (program: string) => string | null): string | null {
  const [curl, bash, timeout] = [find("curl"), find("bash"), find("timeout")];
  if (probe.kind === "http")
    return curl === null ? null : `${curl} --fail --silent --show-error --output /dev/null --max-time ${seconds} "${probe.url}"`;
  const limit = timeout === null ? "" : `${timeout} ${seconds} `;
  if (probe.kind === "tcp") return bash === null ? null : `${limit}${bash} -c "exec 3<>/dev/tcp/${probe.host}/${probe.port}" 2>/dev/null`;
  if (probe.kind !== "exec") return null;
  return probe.shell ? `( ${probe.executable} )` : `${limit}${[probe.executable, ...probe.args].map(probeWord).join(" ")}`;
}

/** A word with a reference stands in double quotes, in which the shell fills in the variable that it becomes. */
function probeWord(word: string): string {
  if (portsIn(word).length === 0 && secretsIn(word).length === 0) return shellWord(word);
  return `"${word.replace(/["\\$`]/g, "\\$&")}"`;
}
