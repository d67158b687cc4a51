/** Programs that somebody runs in the foreground: seen, measured and told of here like all others, supervised where they run. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ForegroundAnnouncement, ForegroundRequest, ForegroundUpdate } from "../../core/api/foreground.ts";
import type { Cause, HistoryEntry } from "../../core/api/wire.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { withWord } from "../../core/lifecycle/app-word.ts";
import type { Event } from "../../core/lifecycle/events.ts";
import { pidOf, statusOf, tokenOf } from "../../core/lifecycle/view.ts";
import { stillRunning } from "../process/on-terminal.ts";
import { isIdle } from "./actions.ts";
import { keyOf, type Supervised, supervise } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** At most so many at once: each costs a connection. */
const GUESTS_MAX = 200;
const ID_BYTES = 6;
/** A process that is being ended lets go of its connections first and is gone within this time, in ms. */
const GONE_MS = 200;
/** Stands where processes that people registered have the id of their manifest. No path looks so. */
const GUEST_MANIFEST_ID = "ghost:foreground";

/** Supervised elsewhere: what is asked of it goes there. */
export function isGuest({ manifestId }: Pick<Supervised, "manifestId">): boolean {
  return manifestId === GUEST_MANIFEST_ID;
}

/**
 * Puts a program beside what is registered, in memory alone. `send` hands on what it is asked for. Throws LIMIT_EXCEEDED beyond 200.
 */
export function addGuest(
  supervisor: Supervisor,
  announcement: ForegroundAnnouncement,
  send: (request: ForegroundRequest) => void,
): Supervised {
  const guests = [...supervisor.processes.values()].filter(isGuest);
  if (guests.length >= GUESTS_MAX)
    throw new GhostError("LIMIT_EXCEEDED", `cannot show more than ${GUESTS_MAX} programs that run in the foreground`);
  const id = randomBytes(ID_BYTES).toString("hex");
  const definition = seenHere(announcement.definition);
  const guest = supervise({
    key: `${keyOf(definition)}@${id}`,
    id,
    manifestId: GUEST_MANIFEST_ID,
    definition,
    machine: announcement.machine,
  });
  guest.send = send;
  guest.adopted = true;
  guest.why = `runs in the foreground of ${announcement.by}`;
  guest.startedBy = announcement.by;
  guest.isTest = announcement.purpose === "test";
  noteRun(guest);
  supervisor.processes.set(guest.key, guest);
  supervisor.dependencies.forgetGraph();
  supervisor.runChanges.tell(guest);
  return guest;
}

/** What changed where it runs. */
export function updateGuest(supervisor: Supervisor, guest: Supervised, { machine, from, to, cause, definition }: ForegroundUpdate): void {
  if (definition) redefineGuest(supervisor, guest, definition);
  if (tokenOf(machine) !== tokenOf(guest.machine)) guest.cpuSample = null;
  guest.machine = machine;
  noteRun(guest);
  if (cause) tell(supervisor, guest, from, to, cause);
  supervisor.runChanges.tell(guest);
  supervisor.dependencies.changed(guest);
  for (const wake of [...guest.waiters]) wake();
}

/** Another name would be another program: that stays. Its configuration is no news for others of its name: it reads that at its start. */
function redefineGuest(supervisor: Supervisor, guest: Supervised, definition: ProcessDefinition): void {
  const { project, name } = guest.definition;
  const next = { ...seenHere(definition), project, name };
  guest.declared = guest.word ? next : null;
  guest.definition = guest.word ? withWord(next, guest.word) : next;
  supervisor.dependencies.forgetGraph();
}

/**
 * Hands an event on to where a guest is supervised. Whoever asked waits for it to be true: that it is stopping is known at once, what came of it is
 * told from there.
 */
export function handOn(guest: Supervised, event: Event): void {
  const { state } = guest.machine;
  const ends = event.type === "stop" || event.type === "restart";
  if (ends && state.at === "running") {
    const { identity } = state;
    const afterwards = event.type === "stop" ? "stop" : "restart";
    guest.machine = { ...guest.machine, state: { at: "stopping", identity, token: identity.token, afterwards, force: false } };
  }
  guest.send?.({ event });
}

/** Its connection is: it is over, whoever ran it was killed, which is told, or it announces itself again. */
export async function loseGuest(supervisor: Supervisor, guest: Supervised, runner: ForegroundAnnouncement["runner"]): Promise<void> {
  const wasIdle = isIdle(guest.machine);
  const before = statusOf(guest.machine);
  removeGuest(supervisor, guest);
  if (wasIdle || !runner) return;
  await delay(GONE_MS, undefined, { ref: false });
  if (stillRunning([runner]).length > 0) return;
  tell(supervisor, guest, before, "stopped", { kind: "runner-killed", text: `${guest.startedBy} was killed, and it ends with that` });
}

/** Under the app's name, with whose run it was: another one may run in the background. */
function tell(supervisor: Supervisor, guest: Supervised, from: string | null, to: string | null, cause: Cause): void {
  const facts = { by: guest.startedBy, foreground: true, ...cause.facts };
  if (guest.isTest) guest.why = cause.text;
  else supervisor.record(guest, from, to, { ...cause, facts });
}

/** Whether it happened to what somebody runs in the foreground. */
export function isOfGuest({ cause }: HistoryEntry): boolean {
  return cause.facts?.foreground === true;
}

/** The pids of what runs under the same name as a guest. */
export function besideGuest({ processes }: Supervisor, guest: Supervised): number[] {
  const same = [...processes.values()].filter(
    (each) => each !== guest && !each.isTest && keyOf(each.definition) === keyOf(guest.definition),
  );
  return same.flatMap(({ machine }) => pidOf(machine) ?? []);
}

function removeGuest(supervisor: Supervisor, guest: Supervised): void {
  if (!supervisor.processes.delete(guest.key)) return;
  // One of an older version does not say which ports it got.
  supervisor.ports.forget(guest);
  if (!isIdle(guest.machine)) guest.machine = { ...guest.machine, desired: "down", state: { at: "stopped" } };
  supervisor.runChanges.tell(guest);
  supervisor.dependencies.forgetGraph();
  for (const wake of [...guest.waiters]) wake();
}

/** The guest of this id; throws NOT_FOUND. */
export function findGuest(supervisor: Supervisor, id: string): Supervised {
  const guest = [...supervisor.processes.values()].find((process) => process.id === id && isGuest(process));
  if (guest) return guest;
  throw new GhostError("NOT_FOUND", `cannot find ${id}: nothing of that id runs in the foreground`, { hint: "announce it again" });
}

/** What is registered and at rest, while the same app runs in the foreground: people mean the one that runs. */
export function hiddenByGuests(processes: Iterable<Supervised>): ReadonlySet<Supervised> {
  const all = [...processes];
  const running = new Set(all.filter(isGuest).map(({ definition }) => keyOf(definition)));
  if (running.size === 0) return NONE;
  return new Set(all.filter((process) => !isGuest(process) && isIdle(process.machine) && running.has(keyOf(process.definition))));
}

const NONE: ReadonlySet<Supervised> = new Set();

/** What is done where it runs is not done here, too: files are watched there. */
function seenHere(definition: ProcessDefinition): ProcessDefinition {
  return { ...definition, watch: null, schedule: null, listen: null, instances: 1, dependsOn: [] };
}

function noteRun(guest: Supervised): void {
  const { state } = guest.machine;
  const identity = state.at === "running" || state.at === "stopping" ? state.identity : null;
  if (identity === null) guest.members = new Map();
  else if (!guest.members.has(identity.pid)) guest.members = new Map([[identity.pid, identity.startTicks]]);
}
