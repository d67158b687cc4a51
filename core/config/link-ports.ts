import type { Probe, ProcessDefinition } from "./definition.ts";
import type { Place } from "./diagnostics.ts";
import type { Draft } from "./drafts.ts";
import type { Reading } from "./fields.ts";
import type { ReadProcess } from "./link-dependencies.ts";
import { portsIn, renamePorts } from "./port-references.ts";
import { nearest } from "./suggest.ts";
import type { Tree } from "./yaml-tree.ts";

/**
 * Gives every `${ports.NAME}` its full name, PROCESS.NAME: a process's own port first, else the one port of that name in the files. A name that
 * nobody or that several have is reported where it stands.
 */
export function linkPorts(read: readonly ReadProcess[], reading: Reading): ReadProcess[] {
  const book = new PortBook(read);
  return read.map((process) => {
    const { draft, definition } = process;
    const uses = usesIn(draft);
    for (const use of uses) reportWrong(use, draft.name, book, reading);
    if (uses.length === 0 || !definition) return process;
    return { draft, definition: withFullNames(definition, (name) => book.find(name, draft.name)) };
  });
}

/** All ports that the files declare. */
class PortBook {
  /** Processes by the name of a port. */
  private readonly owners = new Map<string, string[]>();

  constructor(read: readonly ReadProcess[]) {
    for (const { draft, definition } of read) {
      if (draft.twin) continue;
      for (const port of Object.keys(definition?.ports ?? {})) this.owners.set(port, [...(this.owners.get(port) ?? []), draft.name]);
    }
  }

  /** The full name of what `process` calls `name`; null when it is not one port. */
  find(name: string, process: string): string | null {
    const [port = "", owner] = name.split(".").reverse();
    const owners = this.owners.get(port) ?? [];
    if (owner !== undefined) return owners.includes(owner) ? name : null;
    if (owners.includes(process)) return `${process}.${port}`;
    return owners.length === 1 ? `${owners[0]}.${port}` : null;
  }

  /** Why `find` found none, and the remedy. */
  explain(name: string): readonly [why: string, hint: string] {
    const owners = this.owners.get(name) ?? [];
    const [first] = owners;
    if (first !== undefined)
      return [`${owners.length} processes have a port of this name`, `write \${ports.${first}.${name}}, for example`];
    const near = nearest(name, this.spellings());
    const declare = "declare it: `ports: { NAME: auto }` in the process that listens on it";
    return ["there is no such port", near === null ? declare : `did you mean \${ports.${near}}?`];
  }

  private spellings(): string[] {
    return [...this.owners].flatMap(([port, owners]) => [port, ...owners.map((owner) => `${owner}.${port}`)]);
  }
}

/** A reference as it stands in a file. */
interface Use {
  readonly name: string;
  readonly place: Place;
}

function usesIn(draft: Draft): Use[] {
  const uses: Use[] = [];
  const visit = (tree: Tree): void => {
    if (tree.kind === "list") tree.items.forEach(visit);
    else if (tree.kind === "map") for (const { value } of tree.entries.values()) visit(value);
    else for (const name of portsIn(tree.text)) uses.push({ name, place: tree.place });
  };
  for (const { value } of draft.entries.values()) visit(value);
  return uses;
}

function reportWrong({ name, place }: Use, process: string, book: PortBook, { report }: Reading): void {
  if (book.find(name, process) !== null) return;
  const [why, hint] = book.explain(name);
  report.error(place, `cannot fill in \${ports.${name}} in ${process}: ${why}`, hint);
}

/** References are accepted in these texts alone; `usesIn` finds those in any. */
function withFullNames(definition: ProcessDefinition, find: (name: string) => string | null): ProcessDefinition {
  const rename = (text: string): string => renamePorts(text, find);
  const { executable, args, environment, stop, healthCheck, listen } = definition;
  return {
    ...definition,
    executable: rename(executable),
    args: args.map(rename),
    environment: Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [key, typeof value === "string" ? rename(value) : value]),
    ),
    stop: stop.command === null ? stop : { ...stop, command: rename(stop.command) },
    listen: listen?.portFrom ? { ...listen, portFrom: rename(listen.portFrom) } : listen,
    healthCheck: healthCheck && { ...healthCheck, probe: renameInProbe(healthCheck.probe, rename) },
  };
}

function renameInProbe(probe: Probe, rename: (text: string) => string): Probe {
  switch (probe.kind) {
    case "http":
      return { ...probe, url: rename(probe.url), body: probe.body === null ? null : rename(probe.body) };
    case "tcp":
      return { ...probe, host: rename(probe.host), port: rename(probe.port) };
    case "exec":
      return { ...probe, executable: rename(probe.executable), args: probe.args.map(rename) };
    case "log":
      return { ...probe, pattern: rename(probe.pattern) };
    case "heartbeat":
    case "hub":
      return probe;
    default:
      return probe satisfies never;
  }
}
