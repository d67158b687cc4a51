import { hubError } from "../data/hub/hub-errors.ts";
import { type HubLink, type HubReply, listOf, textOf } from "../data/hub/hub-link.ts";
import { decodeUtf8 } from "../data/utf8.ts";
import type { SagaState } from "./result.ts";
import type { HeldSaga, SagaAddition, SagaClaim, SagaLog, SagaNotice } from "./saga-log.ts";

/** The session's part that is needed. */
export interface SagaLink extends HubLink {
  subscribe(kind: "channel", name: string, listener: SagaListener): Promise<() => Promise<void>>;
}

interface SagaListener {
  message(channel: string, payload: Uint8Array): void;
  lost(): void;
}

/** The logs of sagas in the hub (`GHOST.SAGA`), of the namespace that the session is in. */
export class HubSagaLog implements SagaLog {
  private readonly link: SagaLink;

  constructor(link: SagaLink) {
    this.link = link;
  }

  async start(name: string, id: string, record: string, { holder, leaseMs }: SagaClaim): Promise<boolean> {
    return (await this.ask("START", name, id, record, holder, leaseMs)) !== null;
  }

  async claim(name: string, id: string, { holder, leaseMs }: SagaClaim): Promise<HeldSaga | null> {
    const [fence, records] = listOf(await this.ask("CLAIM", name, id, holder, leaseMs));
    return fence === undefined ? null : { fence: Number(fence), records: textsOf(records) };
  }

  async renew(name: string, id: string, fence: number): Promise<void> {
    await this.ask("RENEW", name, id, fence);
  }

  async append(name: string, id: string, { number, state, fence, record }: SagaAddition): Promise<boolean> {
    return (await this.ask("APPEND", name, id, number, state, fence, record)) !== null;
  }

  async read(name: string, id: string): Promise<{ state: SagaState; records: readonly string[] } | null> {
    const [state, records] = listOf(await this.ask("READ", name, id));
    return state === undefined ? null : { state: textOf(state) as SagaState, records: textsOf(records) };
  }

  async free(name: string, holder: string, limit: number): Promise<readonly string[]> {
    const states = ["STATE", "running", "STATE", "compensating"];
    const found = await this.ask("LIST", "NAME", name, ...states, "FREE", holder, "COUNT", limit);
    return listOf(found).map((row) => textOf(listOf(row)[2]) as string);
  }

  async listen(listener: (notice: SagaNotice) => void): Promise<() => Promise<void>> {
    const namespace = textOf(await this.link.send(["GHOST.NAMESPACE"]));
    const message = (_channel: string, payload: Uint8Array): void => listener(JSON.parse(decodeUtf8(payload)) as SagaNotice);
    return this.link.subscribe("channel", `ghost:saga:${namespace}`, { message, lost: () => undefined });
  }

  private ask(...words: readonly (string | number)[]): Promise<HubReply> {
    return this.link.send(["GHOST.SAGA", ...words.map(String)]).catch((error: unknown) => {
      throw hubError(error, "write the saga's log");
    });
  }
}

function textsOf(records: HubReply | undefined): string[] {
  return listOf(records).map((record) => textOf(record) as string);
}
