import type { HubView } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { count, formatDuration } from "./quantities.ts";
import { paintOfStatus } from "./status.ts";
import { tame } from "./width.ts";

/** Cells of the names of the facts. */
const LABEL_CELLS = 10;

/** One line about the hub: `hub    running (pid 812), up 2h, answers in 0.3 ms, 3 clients`, or what starts it. */
export function renderHubLine(hub: HubView, paint: Paint, now: number): string {
  const head = `${paint.bold("hub")} ${paintOfStatus(hub.status, paint)(wordOf(hub))}`;
  if (hub.pid === null) return `${head}${restOf(hub)}`;
  const { startedAt, latencyMs, health } = hub;
  const facts = [
    startedAt === null ? null : `up ${formatDuration(now - Date.parse(startedAt))}`,
    latencyMs === null ? null : `answers in ${latencyMs} ms`,
    health?.clients === undefined ? null : count(health.clients, "client"),
  ];
  return [`${head} (pid ${hub.pid})`, ...facts.filter((fact) => fact !== null)].join(", ");
}

/** The line, and all that is known besides. */
export function renderHub(hub: HubView, paint: Paint, now: number): string[] {
  const facts: [string, string | null][] = [
    ...Object.entries(hub.health?.checks ?? {}).map(([name, { latencyMs, status, error }]): [string, string] => [
      tame(name),
      tame([error ?? status, latencyMs === undefined ? null : `${latencyMs} ms`].filter(Boolean).join(", ")),
    ]),
    ["why", hub.status === "stopped" ? null : tame(hub.why)],
    ["restarts", hub.restarts === 0 ? null : String(hub.restarts)],
    ["version", hub.version],
    [
      "published",
      hub.pid === null ? null : `${hub.events.published} by the daemon${hub.events.dropped > 0 ? `, ${hub.events.dropped} dropped` : ""}`,
    ],
    ["socket", hub.socket],
    ["listens", hub.health?.listens ? `${tame(hub.health.listens)}, for who has the token` : null],
    ["keeps", hub.health?.storage === "memory" ? "nothing over a restart: storage.sqlite.enabled is false" : null],
  ];
  return [
    renderHubLine(hub, paint, now),
    ...facts.flatMap(([label, value]) => (value === null ? [] : [`  ${paint.dim(label.padEnd(LABEL_CELLS))}${value}`])),
  ];
}

function wordOf({ status, running, health }: HubView): string {
  if (status === "stopped") return "at rest";
  return running && health !== null && health.status !== "healthy" ? tame(health.status) : status;
}

function restOf({ status, starts }: HubView): string {
  if (status !== "stopped") return "";
  if (starts === "stopped") return ": it was stopped, and rests until ghost hub start";
  return starts === "connection" ? ": it starts when something connects to its socket" : ": it starts when a command needs it";
}
