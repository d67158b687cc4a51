/** Who holds sagas over which connection: one that has none any more is over, and its next life may go on. */
import { holderName } from "../../../core/saga/holder.ts";
import { isHeldBy } from "../keyspace/sagas.ts";
import type { Space } from "../keyspace/space.ts";
import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";

/** Where it is told what happens to the sagas of a namespace. */
export const SAGA_CHANNEL = "ghost:saga:";

/** What a connection was last known to hold sagas as. */
interface SagaHolder {
  readonly space: Space;
  readonly holder: string;
}

const all = new WeakMap<Hub, SagaHolders>();

/** Those of a hub, which only sagas need. */
export function sagaHoldersOf(hub: Hub): SagaHolders {
  const known = all.get(hub) ?? new SagaHolders(hub);
  all.set(hub, known);
  return known;
}

/** One holder for each connection, so there are at most as many as clients. */
class SagaHolders {
  private readonly byClient = new Map<Client, SagaHolder>();
  private readonly byName = new Map<string, Set<Client>>();
  private readonly hub: Hub;

  constructor(hub: Hub) {
    this.hub = hub;
  }

  /** Whether it is known what this connection holds sagas as. */
  knows(client: Client): boolean {
    return this.byClient.get(client)?.space === client.space;
  }

  /** A connection speaks for a holder, in the namespace that it is in. */
  note(client: Client, holder: string): void {
    const { space } = client;
    const known = this.byClient.get(client);
    if (known?.space === space && known.holder === holder) return;
    if (known) this.remove(client, known);
    else client.whenGone.add(() => this.gone(client));
    const key = keyOf(space, holder);
    this.byClient.set(client, { space, holder });
    this.byName.set(key, (this.byName.get(key) ?? new Set()).add(client));
  }

  /** Holders of the same name and namespace that have another connection than this one. */
  others(client: Client, holder: string): string[] {
    const named = this.byName.get(keyOf(client.space, holder)) ?? [];
    return [...named].flatMap((each) => (each === client ? [] : (this.byClient.get(each)?.holder ?? [])));
  }

  private gone(client: Client): void {
    const known = this.byClient.get(client);
    if (!known) return;
    this.remove(client, known);
    const { space, holder } = known;
    const left = this.byName.get(keyOf(space, holder)) ?? [];
    if (![...left].some((each) => this.byClient.get(each)?.holder === holder)) this.hub.outside(() => this.tell(known));
  }

  /** Tells who else might go on with what it held. */
  private tell({ space, holder }: SagaHolder): void {
    if (isHeldBy(this.hub.keyspace, space.id, holder))
      this.hub.channels.publish(SAGA_CHANNEL + space.name, Buffer.from(JSON.stringify({ left: holderName(holder) })));
  }

  private remove(client: Client, { space, holder }: SagaHolder): void {
    const key = keyOf(space, holder);
    this.byClient.delete(client);
    const named = this.byName.get(key);
    named?.delete(client);
    if (named?.size === 0) this.byName.delete(key);
  }
}

/** Of all lives of one name. */
function keyOf({ id }: Space, holder: string): string {
  return `${id} ${holderName(holder)}`;
}
