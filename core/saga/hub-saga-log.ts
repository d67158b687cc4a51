import { hubError } from "../data/hub/hub-errors.ts";
import { type HubLink, type HubReply, listOf } from "../data/hub/hub-link.ts";
import { textOf } from "../data/hub/reply-text.ts";
import { decodeUtf8 } from "../data/utf8.ts";
import type { SagaClaim, SagaLog, SagaNotice, SagaTurn } from "./saga-log.ts";

/** The session's part that is needed. */
export interface SagaLink extends HubLink {
  subscribe(kind: "channel", name: string, listener: SagaListener): Promise<() => Promise<void>>;
}

interface SagaListener {
  message(channel: string, payload: Uint8Array): void;
  lost(): void;
  readonly isIdle?: boolean;
}

/** The logs of sagas in the hub (`GHOST.SAGA`), of the namespace that the session is in. */
export class HubSagaLog implements SagaLog {
  private readonly link: SagaLink;

  constructor(link: SagaLink) {
    this.link = link;
  }

  claim(name: string, id: string, { holder, leaseMs, plan }: SagaClaim, input?: string): Promise<SagaTurn> {
    return this.turn("CLAIM", name, id, holder, leaseMs, plan, input);
  }

  report(name: string, id: string, fence: number, fact?: string): Promise<SagaTurn> {
    return this.turn("REPORT", name, id, fence, fact);
  }

  async renew(name: string, id: string, fence: number): Promise<void> {
    await this.ask("RENEW", name, id, fence);
  }

  async free(name: string, holder: string, limit: number): Promise<readonly string[]> {
    return listOf(await this.ask("FREE", name, holder, limit)).map((id) => textOf(id) as string);
  }

  async listen(listener: (notice: SagaNotice | null) => void): Promise<() => Promise<void>> {
    const namespace = textOf(await this.link.send(["GHOST.NAMESPACE"]));
    const message = (_channel: string, payload: Uint8Array): void => {
      const notice = JSON.parse(decodeUtf8(payload)) as SagaNotice | { readonly left: string };
      listener("left" in notice ? null : notice);
    };
    return this.link.subscribe("channel", `ghost:saga:${namespace}`, { message, lost: () => listener(null), isIdle: true });
  }

  private async turn(...words: readonly (string | number | undefined)[]): Promise<SagaTurn> {
    return JSON.parse(textOf(await this.ask(...words)) as string) as SagaTurn;
  }

  private ask(...words: readonly (string | number | undefined)[]): Promise<HubReply> {
    const given = words.filter((word) => word !== undefined).map(String);
    return this.link.send(["GHOST.SAGA", ...given]).catch((error: unknown) => {
      throw hubError(error, "go on with the saga");
    });
  }
}
