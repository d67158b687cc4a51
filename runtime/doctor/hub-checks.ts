import type { HubView } from "../../core/api/wire.ts";
import type { DaemonClient } from "../client/client.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

/** Asks a hub that runs how it is. One that rests is left alone. */
export async function checkHub(last: HubView, client: Pick<DaemonClient, "hub">): Promise<Finding[]> {
  const hub = await client.hub().catch(() => last);
  const found = hub.warnings.map((text) => (hub.running ? warning : problem)("hub", ...withHint(text)));
  if (found.length > 0) return found;
  return [good("hub", hub.running ? describeRunning(hub) : describeRest(hub))];
}

function describeRunning({ pid, latencyMs, health }: HubView): string {
  const backends = Object.entries(health?.checks ?? {}).map(([name, check]) => `${name} ${milliseconds(check.latencyMs)}`);
  return [`runs (pid ${pid}), answers in ${milliseconds(latencyMs)}`, ...backends].join(", ");
}

function describeRest({ status, starts }: HubView): string {
  if (status !== "stopped") return `is ${status}`;
  return starts === "stopped" ? "was stopped, and rests until `ghost hub start`" : "rests until something needs it";
}

function milliseconds(ms: number | null | undefined): string {
  return typeof ms === "number" ? `${ms} ms` : "unknown time";
}

/** A warning carries its remedy in brackets at its end. */
function withHint(text: string): [message: string, hint: string] {
  const [, message, hint] = /^(.*) \(([^()]*)\)$/.exec(text) ?? [];
  return [message ?? text, hint ?? "ghost why ghost/hub"];
}
