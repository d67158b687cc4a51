import { createHash } from "node:crypto";
import { closeSync } from "node:fs";
import { portsIn, revealPorts } from "../../core/config/port-references.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { chooseFreePort, claimPort } from "../net/free-port.ts";
import { keyOf, labelOf, type Supervised } from "./supervised.ts";
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
  /** All numbers that were chosen. */
  private readonly given = new Set<number>();
  /** Numbers that are asked for as such, as of some registration. */
  private declared: { readonly registrations: number; readonly ports: ReadonlySet<number> } | null = null;
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

  /** Fills in the ports that a text of a process refers to: its own, and the first instance's of others of its project. Throws FAILED when no free one is left. */
  reveal(process: Supervised, text: string): string {
    const references = portsIn(text);
    if (references.length === 0) return text;
    return revealPorts(text, Object.fromEntries(references.map((reference) => [reference, this.numberFor(process, reference)])));
  }

  /** The numbers that texts of a process's definition refer to, by reference (`PROCESS.NAME`). */
  numbersFor(process: Supervised): PortNumbers {
    const references = textsIn(process.definition).flatMap(portsIn);
    return Object.fromEntries(references.map((reference) => [reference, this.numberFor(process, reference)]));
  }

  /** Chooses another number, because somebody else has taken the one that was chosen. Gives it. Throws FAILED when no free one is left. */
  chooseAnew(process: Supervised, name: string): number {
    const known = this.chosen.get(process.key) ?? {};
    const taken = known[name];
    const next = this.choose(process, name);
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

  /** The number that a reference (`PROCESS.NAME`) of a process stands for; 0, which nobody listens on, when it has gone. */
  private numberFor(process: Supervised, reference: string): number {
    const { project, name: own } = process.definition;
    const [name = "", port = ""] = reference.split(".");
    const owner = name === own ? process : this.supervisor.processes.get(keyOf({ project, name }));
    return owner ? (this.numbersOf(owner)[port] ?? 0) : 0;
  }

  /** Chooses what is missing and gives back what is declared no longer. */
  private settle(process: Supervised, known: PortNumbers): Record<string, number> {
    const { ports } = process.definition;
    const next: Record<string, number> = {};
    for (const name of Object.keys(ports)) if (ports[name] === "auto") next[name] = known[name] ?? this.choose(process, name);
    for (const [name, port] of Object.entries(known)) if (next[name] === undefined) this.release(port);
    this.keep(process.key, next);
    return next;
  }

  /** Begins to look at a place that home, process and name give: the same ones get the same port again if it is free, others hardly ever meet. */
  private choose(process: Supervised, name: string): number {
    const seed = createHash("sha256").update(`${this.supervisor.parts.home.root}\0${process.key}\0${name}`).digest().readUInt32BE();
    const found = chooseFreePort(seed, (port) => this.given.has(port) || this.isDeclared(port));
    if (!found)
      throw new GhostError("FAILED", `cannot choose port ${name} of ${labelOf(process)}: none is free`, {
        hint: "give a number instead of auto",
      });
    this.given.add(found.port);
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
      this.given.add(port);
      const claim = claimPort(port);
      if (typeof claim === "number") this.claims.set(port, claim);
    }
  }

  private release(port: number): void {
    const claim = this.claims.get(port);
    if (claim !== undefined) closeSync(claim);
    this.claims.delete(port);
    this.given.delete(port);
  }

  /** Whether a process of this home asks for this very number. */
  private isDeclared(port: number): boolean {
    const { registrations } = this.supervisor.dependencies;
    if (this.declared?.registrations !== registrations) this.declared = { registrations, ports: this.declaredPorts() };
    return this.declared.ports.has(port);
  }

  private declaredPorts(): Set<number> {
    const definitions = [...this.supervisor.processes.values()].map(({ definition }) => definition);
    const listened = definitions.flatMap(({ listen }) => (listen ? [listen.port] : []));
    const fixed = definitions.flatMap(({ ports }) => Object.values(ports).filter((port) => port !== "auto"));
    return new Set([...listened, ...fixed]);
  }
}

/** All strings in a plain value. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function numberOf(declared: number | "auto" | undefined, chosen: number | undefined): number {
  return typeof declared === "number" ? declared : (chosen ?? 0);
}
