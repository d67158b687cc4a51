import type { ListenAddress, ProcessDefinition } from "./definition.ts";
import type { Place } from "./diagnostics.ts";
import type { Reading } from "./fields.ts";
import type { ReadProcess } from "./link-dependencies.ts";

/** The address that stands for all of a machine's. */
const ALL_HOSTS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/**
 * Reports what can never have its port: a listener on an address that another process's listener has is an error; a fixed port of a process with
 * several instances, or of two processes, is a warning, for they may share it on purpose (SO_REUSEPORT) or never run together; so is one that
 * another's listener has, for that one may not be wanted up.
 */
export function reportPortClashes(read: readonly ReadProcess[], reading: Reading): void {
  const listeners = new Map<number, Owner<ListenAddress>[]>();
  const fixed = new Map<number, string>();
  const given: Owner<number>[] = [];
  for (const { draft, definition } of read) {
    if (!definition || draft.twin) continue;
    const { listen } = definition;
    const listenPlace = draft.entries.get("listen")?.value.place;
    if (listen && !listen.portFrom && listenPlace)
      refuseSharedListener({ name: draft.name, place: listenPlace, value: listen }, listeners, reading);
    const portsPlace = draft.entries.get("ports")?.value.place;
    if (!portsPlace) continue;
    warnOfSharedPorts(definition, portsPlace, fixed, reading);
    for (const port of Object.values(definition.ports))
      if (port !== "auto") given.push({ name: draft.name, place: portsPlace, value: port });
  }
  for (const each of given) warnOfListener(each, listeners.get(each.value) ?? [], reading);
}

function warnOfListener({ name, place, value }: Owner<number>, listeners: readonly Owner<ListenAddress>[], { report }: Reading): void {
  const other = listeners.find((listener) => listener.name !== name);
  if (!other) return;
  report.warn(
    place,
    `port ${value} is given to ${name}, and ${other.name} has a listener there (${other.place.file}:${other.place.line}): the two cannot run together`,
    "write auto, or give one of them another port",
  );
}

interface Owner<Value> {
  readonly name: string;
  readonly place: Place;
  readonly value: Value;
}

function refuseSharedListener(own: Owner<ListenAddress>, listeners: Map<number, Owner<ListenAddress>[]>, { report }: Reading): void {
  const { port } = own.value;
  const others = listeners.get(port) ?? [];
  const other = others.find(({ value }) => shareListener(value, own.value));
  if (other) {
    const where = `${other.place.file}:${other.place.line}`;
    report.error(
      own.place,
      `cannot listen on port ${port} for ${own.name}: ${other.name} has that listener (${where})`,
      "give one of them another port",
    );
  }
  listeners.set(port, [...others, own]);
}

/** Whether two listeners, neither on a port that is yet to be chosen, are one. */
export function shareListener(one: ListenAddress, other: ListenAddress): boolean {
  return one.port === other.port && (one.host === other.host || ALL_HOSTS.has(one.host) || ALL_HOSTS.has(other.host));
}

function warnOfSharedPorts(
  { name, ports, instances }: ProcessDefinition,
  place: Place,
  fixed: Map<number, string>,
  { report }: Reading,
): void {
  for (const [key, port] of Object.entries(ports)) {
    if (port === "auto") continue;
    const other = fixed.get(port);
    if (instances > 1)
      report.warn(place, `all ${instances} instances of ${name} are given the same port ${port} as ${key}`, "write auto, or `listen`");
    else if (other !== undefined && other !== name)
      report.warn(place, `port ${port} is given to ${name} and to ${other}`, "write auto, or give one of them another port");
    fixed.set(port, name);
  }
}
