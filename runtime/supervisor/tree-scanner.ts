import { commandLineOf, descriptorTarget, environmentOf } from "../process/environ.ts";
import { type ProcessEntry, type ProcessTable, readProcessTable } from "../process/table.ts";

/** Snapshots wait this long so that many stops at once share one, in ms. */
const GATHER_MS = 4;

/** One look at the machine with the runs' tokens read out of the environments. */
export interface Snapshot {
  readonly table: ProcessTable;
  /** Live processes whose environment bears GHOST_PROCESS, by its value. Read on first use. */
  withToken(token: string): readonly ProcessEntry[];
  /** Live processes whose environment says that they belong to a run of this instance. Read on first use. */
  withName(owner: RunOwner): readonly ProcessEntry[];
  /** Live processes whose stdout or stderr leads into one of these FIFOs: a clue that survives an overwritten environment. Reads all descriptors' targets on first use. */
  writersInto(fifos: readonly string[]): readonly ProcessEntry[];
}

/** Whose run a process belongs to, in the words of its environment. */
export interface RunOwner {
  readonly home: string;
  readonly project: string;
  readonly name: string;
  readonly instance: number;
}

/** Looks at the process table for all who need it at the same time, with one pass. */
export class TreeScanner {
  private pending: Promise<Snapshot> | null = null;

  /** A snapshot taken after this call. */
  next(): Promise<Snapshot> {
    this.pending ??= new Promise((resolve) => {
      setTimeout(() => {
        this.pending = null;
        resolve(this.now());
      }, GATHER_MS);
    });
    return this.pending;
  }

  /** A snapshot taken during this call. */
  now(): Snapshot {
    const table = readProcessTable();
    let byEnvironment: ReturnType<typeof indexByEnvironment> | undefined;
    let byOutput: Map<string, ProcessEntry[]> | undefined;
    return {
      table,
      writersInto(fifos) {
        byOutput ??= indexByOutput(table);
        return fifos.flatMap((fifo) => byOutput?.get(fifo) ?? []);
      },
      withToken(token) {
        byEnvironment ??= indexByEnvironment(table);
        return byEnvironment.byToken.get(token) ?? [];
      },
      withName(owner) {
        byEnvironment ??= indexByEnvironment(table);
        return byEnvironment.byName.get(nameOf(owner)) ?? [];
      },
    };
  }
}

function indexByEnvironment(table: ProcessTable): { byToken: Map<string, ProcessEntry[]>; byName: Map<string, ProcessEntry[]> } {
  const [byToken, byName] = [new Map<string, ProcessEntry[]>(), new Map<string, ProcessEntry[]>()];
  for (const entry of table.entries.values()) {
    // Kernel threads have no environment, zombies none any more.
    if (entry.state === "Z" || entry.ppid === 2) continue;
    const environment = environmentOf(entry.pid);
    const token = environment.get("GHOST_PROCESS");
    if (token === undefined) continue;
    add(byToken, token, entry);
    const of = (variable: string): string => environment.get(`GHOST_${variable}`) ?? "";
    add(byName, nameOf({ home: of("HOME"), project: of("PROJECT"), name: of("NAME"), instance: Number(of("INSTANCE")) }), entry);
  }
  return { byToken, byName };
}

function nameOf({ home, project, name, instance }: RunOwner): string {
  return [home, project, name, instance].join("\0");
}

function add(index: Map<string, ProcessEntry[]>, key: string, entry: ProcessEntry): void {
  const entries = index.get(key);
  if (entries) entries.push(entry);
  else index.set(key, [entry]);
}

function indexByOutput(table: ProcessTable): Map<string, ProcessEntry[]> {
  const index = new Map<string, ProcessEntry[]>();
  for (const entry of table.entries.values()) {
    if (entry.state === "Z" || entry.ppid === 2 || entry.pid === process.pid) continue;
    for (const target of new Set([1, 2].map((descriptor) => descriptorTarget(entry.pid, descriptor)))) {
      // A FIFO whose name was removed is still the one.
      if (target !== undefined) add(index, target.replace(/ \(deleted\)$/, ""), entry);
    }
  }
  return index;
}

/** A process's command line, or its short name where that cannot be read. */
export function commandOf(entry: ProcessEntry): string {
  return commandLineOf(entry.pid).join(" ").trim() || entry.command;
}
