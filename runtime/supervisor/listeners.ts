import { closeSync } from "node:fs";
import type { ListenAddress } from "../../core/config/definition.ts";
import { pidOf } from "../../core/lifecycle/view.ts";
import { findPortHolder, listenerDescriptorOf } from "../net/holder.ts";
import { addressId, addressIdOf, closeListener, copyDescriptor, keepFromChildren, openListener } from "../net/sockets.ts";
import { environmentOf } from "../process/environ.ts";
import { isIdle } from "./actions.ts";
import type { OwnListener } from "./own-listener.ts";
import { keyOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Who keeps listening sockets open while no daemon is there. */
export interface SocketKeeper {
  /** Those that the keeper before this one held; whoever calls this owns them from then on. */
  inheritedSockets(): readonly number[];
  /** Exactly these are to outlive the daemon: soon, or only once something else has to be held, too. */
  holdSockets(descriptors: readonly number[], when?: "soon" | "with-the-next"): void;
}

interface Listener {
  readonly address: ListenAddress;
  readonly fd: number;
}

/**
 * The sockets of `listen`: Ghost listens, so that no connection is refused while a program restarts, and every instance
 * accepts from the same queue. One is there as long as any instance is up or on its way to be: it outlives crashes,
 * restarts and the daemon, and ends when all instances are at rest, so that clients are refused and do not wait in vain.
 */
export class Listeners {
  private readonly supervisor: Supervisor;
  private readonly keeper: SocketKeeper;
  /** By `project/name`. */
  private readonly held = new Map<string, Listener>();
  /** That of a process of Ghost's own, which goes by other rules; null: there is none. */
  own: OwnListener | null = null;
  /** Left by the last daemon and not yet taken, by address. */
  private readonly inherited = new Map<string, number>();

  constructor(supervisor: Supervisor, keeper: SocketKeeper) {
    this.supervisor = supervisor;
    this.keeper = keeper;
    for (const fd of keeper.inheritedSockets()) {
      keepFromChildren(fd);
      this.inherited.set(addressIdOf(fd) ?? `descriptor ${fd}`, fd);
    }
  }

  /** The socket that a process is to get as its descriptor 3; null when it has no `listen`. Opens it if need be. Throws what `openListener` throws. */
  descriptorFor(process: Supervised): number | null {
    this.own?.onNeed();
    if (this.own && process.key === this.own.key) return this.openOwn() ? this.own.fd : null;
    const listen = this.addressOf(process);
    const key = keyOf(process.definition);
    const listener = this.held.get(key);
    if (listener && listen && addressId(listener.address) === addressId(listen)) return listener.fd;
    if (listener) this.close(key, listener);
    if (!listen) return null;
    return this.hold(key, listen, this.findLeft(process, listen) ?? openListener(listen));
  }

  /** Has the listener of Ghost's own process open: as the last daemon left it, or a new one. False where that cannot be. */
  openOwn(): boolean {
    return this.own !== null && (this.own.takeBack(this.inherited, null) || this.own.open());
  }

  /** Whether the runs of a process get a listener as their descriptor 3. */
  handsDown({ key, definition }: Supervised): boolean {
    return key === this.own?.key ? this.own.fd !== null : definition.listen !== null;
  }

  /** Where a process listens; null without `listen`. All instances listen where the first one's port says. */
  addressOf({ definition }: Supervised): ListenAddress | null {
    const { listen } = definition;
    if (!listen?.portFrom) return listen;
    const first = this.supervisor.processes.get(keyOf(definition));
    return { host: listen.host, port: first ? Number(this.supervisor.ports.reveal(first, listen.portFrom)) : 0 };
  }

  /** To be called at every change of a process: when all instances are at rest, or gone, the listener ends. */
  update(process: Supervised): void {
    const key = keyOf(process.definition);
    const listener = this.held.get(key);
    if (listener && !this.instancesOf(process).some(({ machine }) => !isIdle(machine))) this.close(key, listener);
  }

  /** All processes are taken over: what they need of the listeners that were left is kept, the rest ends. Call it once. */
  settle(): void {
    for (const process of this.supervisor.processes.values()) if (!isIdle(process.machine)) this.takeBack(process);
    const owner = this.own && this.supervisor.processes.get(this.own.key);
    this.own?.takeBack(this.inherited, owner ? pidOf(owner.machine) : null);
    for (const fd of this.inherited.values()) closeListener(fd);
    this.inherited.clear();
    this.tellKeeper();
  }

  /** Whether this port is the one that Ghost holds for a process. */
  holds({ definition }: Supervised, port: number): boolean {
    return this.held.get(keyOf(definition))?.address.port === port;
  }

  /** The process for which Ghost holds a port. */
  ownerOf(port: number): Supervised | undefined {
    return [...this.supervisor.processes.values()].find((process) => this.holds(process, port));
  }

  private takeBack(process: Supervised): void {
    const listen = this.addressOf(process);
    const key = keyOf(process.definition);
    if (!listen || this.held.has(key)) return;
    const fd = this.findLeft(process, listen);
    if (fd !== null) this.hold(key, listen, fd);
  }

  /** A listener at this address that the last daemon handed to its keeper, or to an instance that lives. */
  private findLeft(process: Supervised, listen: ListenAddress): number | null {
    const id = addressId(listen);
    const inherited = this.inherited.get(id);
    this.inherited.delete(id);
    return inherited ?? this.copyFromInstance(process, listen) ?? this.copyFromKeeper(listen);
  }

  private copyFromInstance(process: Supervised, listen: ListenAddress): number | null {
    const pids = this.instancesOf(process).map(({ machine }) => pidOf(machine));
    return firstCopy(
      pids.filter((pid) => pid !== null),
      listen,
    );
  }

  /** Where a service manager starts the next daemon, the keeper of the last one holds the sockets and cannot hand them on: they are fetched. */
  private copyFromKeeper(listen: ListenAddress): number | null {
    const isOurs = (pid: number): boolean => {
      const environment = environmentOf(pid);
      return environment.has("GHOST_HELD") && environment.get("GHOST_HOME") === this.supervisor.parts.home.root;
    };
    return firstCopy((findPortHolder(listen.port)?.pids ?? []).filter(isOurs), listen);
  }

  private hold(key: string, address: ListenAddress, fd: number): number {
    this.held.set(key, { address, fd });
    this.tellKeeper();
    return fd;
  }

  private close(key: string, { fd }: Listener): void {
    closeListener(fd);
    this.held.delete(key);
    this.tellKeeper();
  }

  /** What is inherited and not yet taken must not be lost should the daemon die now. */
  tellKeeper(when: "soon" | "with-the-next" = "soon"): void {
    const own = this.own?.fd ?? null;
    const descriptors = [...[...this.held.values()].map(({ fd }) => fd), ...this.inherited.values(), ...(own === null ? [] : [own])];
    this.keeper.holdSockets(descriptors, when);
  }

  private instancesOf({ definition: { project, name } }: Supervised): Supervised[] {
    const all = this.supervisor.dependencies.instancesOf(project, name);
    return all.filter((instance) => this.supervisor.processes.get(instance.key) === instance);
  }
}

/** A copy of the listener at this address from the first of these processes that has it and lets it be copied. */
function firstCopy(pids: readonly number[], listen: ListenAddress): number | null {
  for (const pid of pids) {
    const descriptor = listenerDescriptorOf(pid, listen.port);
    const copy = descriptor === null ? null : copyDescriptor(pid, descriptor);
    if (copy === null) continue;
    // It may have one of its own on the same port of another address.
    if (addressIdOf(copy) === addressId(listen)) return copy;
    closeSync(copy);
  }
  return null;
}
