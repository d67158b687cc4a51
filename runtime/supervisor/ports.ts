import { createHash } from "node:crypto";
import { closeSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { chooseFreePort, claimPort } from "../net/free-port.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Numbers of ports by name. */
export type PortNumbers = Readonly<Record<string, number>>;

const NONE: PortNumbers = {};
/** Chosen numbers rest in the store's `meta`, one entry a process: this and its key. */
const META = "ports ";

/**
 * The ports that processes declare. One that is `auto` gets a free number when it is first asked for, and keeps it over
 * restarts, registrations and daemons until the process is deleted or declares it no longer. Each instance has its own.
 */
export class Ports {
  private readonly supervisor: Supervisor;
  /** Chosen numbers, by process key. */
  private readonly chosen = new Map<string, Record<string, number>>();
  /** Descriptors of claims, by number. */
  private readonly claims = new Map<number, number>();

  constructor(supervisor: Supervisor) {
    this.supervisor = supervisor;
    for (const [key, text] of supervisor.parts.store.metaWith(META)) this.remember(key, JSON.parse(text) as Record<string, number>);
  }

  /** A process's own ports by name. Throws FAILED when no free one is left. */
  numbersOf(process: Supervised): PortNumbers {
    const { ports } = process.definition;
    const names = Object.keys(ports);
    const known = this.chosen.get(process.key) ?? NONE;
    if (names.length === 0 && known === NONE) return NONE;
    const isSettled = names.every((name) => ports[name] !== "auto" || known[name] !== undefined);
    const isTidy = Object.keys(known).every((name) => ports[name] === "auto");
    const chosen = isSettled && isTidy ? known : this.settle(process, known);
    return Object.fromEntries(names.map((name) => [name, numberOf(ports[name], chosen[name])]));
  }

  /** All that texts of a process may refer to, by `PROCESS.NAME`: ports of its project, its own and the first instance's of the others. */
  numbersFor(process: Supervised): PortNumbers {
    const numbers: Record<string, number> = {};
    for (const other of this.supervisor.processes.values()) {
      const { project, name, ports } = other.definition;
      if (project !== process.definition.project || other.instance !== 0 || Object.keys(ports).length === 0) continue;
      addTo(numbers, name, this.numbersOf(other));
    }
    addTo(numbers, process.definition.name, this.numbersOf(process));
    return numbers;
  }

  /** Chooses another number, because somebody else has taken the one that was chosen. Gives it. Throws FAILED when no free one is left. */
  chooseAnew(process: Supervised, name: string): number {
    const known = this.chosen.get(process.key) ?? {};
    const taken = known[name];
    const avoid = new Set(this.inUse());
    const next = this.choose(process, name, avoid);
    if (taken !== undefined) this.release(taken);
    this.keep(process.key, { ...known, [name]: next });
    return next;
  }

  /** The process is gone: its numbers are free. */
  forget(process: Supervised): void {
    const known = this.chosen.get(process.key);
    if (!known) return;
    for (const port of Object.values(known)) this.release(port);
    this.chosen.delete(process.key);
    this.supervisor.parts.store.dropMeta(META + process.key);
  }

  /** Chooses what is missing and gives back what is declared no longer. */
  private settle(process: Supervised, known: PortNumbers): Record<string, number> {
    const { ports } = process.definition;
    const next: Record<string, number> = {};
    const avoid = new Set(this.inUse());
    for (const name of Object.keys(ports)) {
      if (ports[name] !== "auto") continue;
      next[name] = known[name] ?? this.choose(process, name, avoid);
      avoid.add(next[name]);
    }
    for (const [name, port] of Object.entries(known)) if (next[name] === undefined) this.release(port);
    this.keep(process.key, next);
    return next;
  }

  /** Begins to look at a place that home, process and name give: the same ones get the same port again if it is free, others hardly ever meet. */
  private choose(process: Supervised, name: string, avoid: ReadonlySet<number>): number {
    const seed = createHash("sha256").update(`${this.supervisor.parts.home.root}\0${process.key}\0${name}`).digest().readUInt32BE();
    const found = chooseFreePort(seed, avoid);
    if (!found)
      throw new GhostError("FAILED", `cannot choose port ${name} of ${labelOf(process)}: none is free`, {
        hint: "give a number instead of auto",
      });
    if (found.claim !== null) this.claims.set(found.port, found.claim);
    return found.port;
  }

  private keep(key: string, numbers: Record<string, number>): void {
    this.chosen.set(key, numbers);
    this.supervisor.parts.store.setMeta(META + key, JSON.stringify(numbers));
  }

  /** What the last daemon chose. Should another daemon have claimed a number since, the bind before the spawn will tell. */
  private remember(metaKey: string, numbers: Record<string, number>): void {
    this.chosen.set(metaKey.slice(META.length), numbers);
    for (const port of Object.values(numbers)) {
      const claim = claimPort(port);
      if (typeof claim === "number") this.claims.set(port, claim);
    }
  }

  private release(port: number): void {
    const claim = this.claims.get(port);
    if (claim !== undefined) closeSync(claim);
    this.claims.delete(port);
  }

  /** All numbers that processes of this home have or declare. */
  private *inUse(): Generator<number> {
    for (const numbers of this.chosen.values()) yield* Object.values(numbers);
    for (const { definition } of this.supervisor.processes.values()) {
      for (const port of Object.values(definition.ports)) if (port !== "auto") yield port;
      if (definition.listen) yield definition.listen.port;
    }
  }
}

function numberOf(declared: number | "auto" | undefined, chosen: number | undefined): number {
  return typeof declared === "number" ? declared : (chosen ?? 0);
}

function addTo(numbers: Record<string, number>, process: string, own: PortNumbers): void {
  for (const [name, port] of Object.entries(own)) numbers[`${process}.${name}`] = port;
}
