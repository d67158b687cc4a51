/** Ports that are held by others: before a program is spawned, and after one fell over for that reason. */
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type Exit, succeeded } from "../../core/lifecycle/state.ts";
import { pidOf } from "../../core/lifecycle/view.ts";
import { lastLines } from "../logs/last-lines.ts";
import { findPortHolder } from "../net/holder.ts";
import { findInUse } from "../net/in-use.ts";
import { portsNamedIn } from "../net/named-ports.ts";
import { canBind } from "../net/sockets.ts";
import { type LogMarks, markLogs } from "./last-lines.ts";
import { type Obstacle, obstacleOn, phraseOf } from "./port-holders.ts";
import { logTargets } from "./run.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Programs listen when they start: one that lived longer fell for another reason, in ms. */
const START_MS = 10_000;
/** The complaint is among so many lines at the end of what it said. */
const LINES = 20;

/** Where the logs of the current runs begin. */
const beginnings = new WeakMap<Supervised, LogMarks>();

/**
 * Whether all that a process declares to listen on is free for it, just before it is spawned: null, or the phrase that
 * says what is not. An `auto` port that somebody took meanwhile is exchanged for another. Opens its listener (`listen`),
 * whose errors other than a port that is held are thrown. Some microseconds where no port is declared.
 */
export function judgeBeforeSpawn(supervisor: Supervisor, process: Supervised): string | null {
  beginnings.set(process, markLogs(supervisor, process));
  const obstacle = listenerObstacle(supervisor, process) ?? declaredObstacle(supervisor, process);
  return obstacle && phraseOf(obstacle);
}

/** What a run that fell over complained of. */
export interface PortConflict {
  /** The phrase of a port that somebody else holds, for which it has to wait; null when none was found. */
  readonly blockedBy: string | null;
  /** What `why` says beside the exit where none was found. */
  readonly remark: string;
}

/**
 * Why a run fell over, if that is an address in use; else null. Looks only at runs that ended badly and soon, and then
 * only at their last lines, unless these complain. Who does not say which port is asked for it: what it declares, and
 * then what its command line and environment name and somebody else holds.
 */
export function judgePortConflict(supervisor: Supervisor, process: Supervised, exit: Exit): PortConflict | null {
  const { machine, definition } = process;
  if (machine.state.at !== "running" || machine.startedMs === null || Date.now() - machine.startedMs > START_MS) return null;
  if (exit.spawnError !== null || succeeded(exit, definition.restart)) return null;
  const complaint = findInUse(linesOfRun(supervisor, process));
  if (!complaint) return null;
  const ports = complaint.port === null ? portsOf(supervisor, process) : [complaint.port];
  for (const port of ports) {
    if (complaint.port === null && isOfNeeded(supervisor, process, port)) continue;
    const obstacle = obstacleOn(supervisor, process, port, { shared: false });
    if (obstacle) return { blockedBy: phraseOf(obstacle), remark: "" };
    if (!supervisor.listeners.holds(process, port)) continue;
    tellOfListener(supervisor, process, port);
    return null;
  }
  return { blockedBy: null, remark: complaint.port === null ? "an address it wants is in use" : `port ${complaint.port} was in use` };
}

/** The socket that Ghost holds for it is there after this, unless another program has the address. */
function listenerObstacle(supervisor: Supervisor, process: Supervised): Obstacle | null {
  const listen = supervisor.listeners.addressOf(process);
  try {
    supervisor.listeners.descriptorFor(process);
    return null;
  } catch (error) {
    if (!listen || !(error instanceof GhostError) || error.code !== "PORT_IN_USE") throw error;
    return obstacleOn(supervisor, process, listen.port, { shared: false }) ?? { port: listen.port, who: "another program", escapees: [] };
  }
}

function declaredObstacle(supervisor: Supervisor, process: Supervised): Obstacle | null {
  const { ports } = process.definition;
  for (const [name, port] of Object.entries(supervisor.ports.numbersOf(process))) {
    const obstacle = canBind(port, { reusing: true }) ? null : obstacleOn(supervisor, process, port, { shared: true });
    if (!obstacle) continue;
    if (ports[name] !== "auto" || obstacle.escapees.length > 0) return obstacle;
    const next = supervisor.ports.chooseAnew(process, name);
    const text = `port ${name} is ${next} from now on, because ${obstacle.who} holds ${port}`;
    supervisor.record(process, null, null, { kind: "port-changed", text, facts: { name, before: port, after: next } });
  }
  return null;
}

function linesOfRun(supervisor: Supervisor, process: Supervised): string[] {
  const [out, err] = logTargets(supervisor, process, null);
  const since = beginnings.get(process);
  return [...lastLines(out.file, LINES, since?.out), ...lastLines(err.file, LINES, since?.err)];
}

/** True of a port on which what it depends on listens: it wants to connect to that, not to listen there. */
function isOfNeeded(supervisor: Supervisor, { definition: { project, dependsOn } }: Supervised, port: number): boolean {
  if (dependsOn.length === 0) return false;
  const pids = findPortHolder(port)?.pids ?? [];
  const needed = dependsOn.flatMap(({ name }) => supervisor.dependencies.instancesOf(project, name));
  return needed.some(({ machine, members }) => pids.some((pid) => pid === pidOf(machine) || members.has(pid)));
}

/** What it is known to listen on, and then what it may be, for a complaint that names no port. */
function portsOf(supervisor: Supervisor, process: Supervised): number[] {
  const { healthCheck } = process.definition;
  const listen = supervisor.listeners.addressOf(process);
  const checked = healthCheck ? checkedPort(healthCheck.probe, (text) => supervisor.ports.reveal(process, text)) : null;
  const declared = [...Object.values(supervisor.ports.numbersOf(process)), listen?.port ?? 0, checked ?? 0].filter((port) => port > 0);
  const { executable, args } = process.definition;
  const words = [executable, ...args].map((text) => supervisor.ports.reveal(process, text));
  return [...new Set([...declared, ...portsNamedIn(words, process.environment ?? {})])];
}

type Probe = NonNullable<Supervised["definition"]["healthCheck"]>["probe"];

function checkedPort(probe: Probe, reveal: (text: string) => string): number | null {
  if (probe.kind === "tcp") return Number(reveal(probe.port));
  if (probe.kind !== "http") return null;
  const text = reveal(probe.url);
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

function tellOfListener(supervisor: Supervisor, process: Supervised, port: number): void {
  const text = `it tried to listen on port ${port} itself, which Ghost holds for it: it has to take descriptor 3 (LISTEN_FDS), or \`listen\` has to go`;
  supervisor.record(process, null, null, { kind: "listener-not-taken", text, facts: { port } });
}
