import type { Probe } from "../../core/config/definition.ts";
import { compilePattern } from "../../core/health/pattern.ts";
import type { ProbeCommand } from "../process/probe-command.ts";
import { askCommand } from "./exec-probe.ts";
import { Heartbeat } from "./heartbeat.ts";
import { askHttp, type HttpQuestion } from "./http-probe.ts";
import { LogProbe } from "./log-probe.ts";
import type { LogTail } from "./log-tail.ts";
import { type Answer, failure, type Prober } from "./prober.ts";
import { askTcp } from "./tcp-probe.ts";

/** What a probe needs to know of the process that it asks about. */
export interface Surroundings {
  /** Fills in secrets and ports. May throw. */
  reveal(text: string): string;
  /** A command as the process itself would run it. May throw. */
  command(probe: Extract<Probe, { kind: "exec" }>): ProbeCommand;
  /** Its output since the run began. */
  tails(): readonly LogTail[];
  /** Since when its beats can be heard, by `performance.now()`; null: they cannot. Absent: always. */
  listensSinceMs?(): number | null;
  /** What asks Ghost's own hub; absent where there is none. */
  hub?(): Prober;
}

/** The prober of a check. What its configuration makes impossible is said by each answer. */
export function makeProber(probe: Probe, surroundings: Surroundings): Prober {
  switch (probe.kind) {
    case "http":
      return httpProber(probe, surroundings);
    case "tcp":
      // The address is read anew with each question, because a port may change.
      return timed(async (signal) => askTcpAt(surroundings.reveal(probe.host), surroundings.reveal(probe.port), signal));
    case "exec":
      return timed((signal) => askCommand(() => surroundings.command(probe), signal));
    case "log":
      return new LogProbe(() => surroundings.reveal(probe.pattern), surroundings.tails());
    case "heartbeat":
      return new Heartbeat(probe.intervalMs, surroundings.listensSinceMs);
    case "hub":
      return surroundings.hub?.() ?? timed(async () => failure("there is no hub to be asked"));
    default:
      return probe satisfies never;
  }
}

/** What is thrown is an answer, too. */
function timed(ask: (signal: AbortSignal) => Promise<Answer>): Prober {
  const answer = (signal: AbortSignal): Promise<Answer> => ask(signal).catch((error: Error) => failure(error.message));
  return { ask: answer, timed: true, unhurried: false, once: false };
}

/** Pattern and address are made once, and the address anew when a port in it changed. */
function httpProber(probe: Extract<Probe, { kind: "http" }>, { reveal }: Surroundings): Prober {
  let question: (HttpQuestion & { readonly text: string }) | undefined;
  return timed(async (signal) => {
    const text = reveal(probe.url);
    if (question?.text !== text) {
      const body = question?.body ?? (await bodyOf(probe.body, reveal));
      question = { text, url: parseAddress(text), status: probe.status, body };
    }
    return askHttp(question, signal);
  });
}

/** Throws an error whose message is the answer. */
function parseAddress(text: string): URL {
  if (!URL.canParse(text)) throw new Error(`${text} is no address`);
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`${url.protocol} is not asked, only http: and https:`);
  return url;
}

async function bodyOf(source: string | null, reveal: Surroundings["reveal"]): Promise<HttpQuestion["body"]> {
  return source === null ? null : { source: reveal(source), pattern: await compilePattern(reveal(source)) };
}

function askTcpAt(host: string, portText: string, signal: AbortSignal): Promise<Answer> {
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return Promise.resolve(failure(`${portText} is no port`));
  return askTcp({ host: host.replace(/^\[|\]$/g, ""), port, tls: false }, signal);
}
