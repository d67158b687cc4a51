import type { Reply } from "../../../core/bus/resp/reply.ts";
import type { Wire } from "../../../core/bus/session/wire.ts";

/** What is sent and not answered yet, in bytes: more is not offered, because the hub has too much to do or does not read. Questions are few and go beyond it. */
const UNANSWERED_BYTES_MAX = 1024 * 1024;
/** Bytes that a command costs beside its words. */
const COMMAND_BYTES = 64;

/** A connection that is there or on its way. */
interface Opened {
  readonly wire: Promise<Wire>;
}

/**
 * The daemon's one connection to the hub. It is made when something is to be asked, and made anew after an end; the modules for it are loaded then, so that a
 * daemon without a hub is none the heavier. Nothing here waits for the hub but who asks it.
 */
export class HubLine {
  private readonly path: string;
  private opened: Opened | null = null;
  private unansweredBytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Sends a command, and gives what the hub answers. Rejects with the hub's error, and when the connection ends or cannot be made. */
  async ask(...words: readonly string[]): Promise<Reply> {
    this.opened ??= this.open();
    const wire = await this.opened.wire;
    return wire.call(...words);
  }

  /** Sends a command whose answer nobody awaits; `settle` is told whether it was done. False when too much is unanswered: then it is not sent. */
  offer(words: readonly string[], settle: (isDone: boolean) => void): boolean {
    const bytes = words.reduce((total, word) => total + word.length, COMMAND_BYTES);
    if (this.unansweredBytes + bytes > UNANSWERED_BYTES_MAX) return false;
    this.unansweredBytes += bytes;
    const settled = (isDone: boolean): void => {
      this.unansweredBytes -= bytes;
      settle(isDone);
    };
    this.ask(...words).then(
      () => settled(true),
      () => settled(false),
    );
    return true;
  }

  /** Ends the connection; who waits is told. */
  close(): void {
    const { opened } = this;
    this.opened = null;
    void opened?.wire.then((open) => open.end(new Error("the connection was closed")));
  }

  private open(): Opened {
    const opened: Opened = {
      wire: this.connect(() => {
        // One that was given up has nothing more to say.
        if (this.opened === opened) this.opened = null;
      }),
    };
    return opened;
  }

  /** What is sent before the connection is there goes out with it. */
  private async connect(onEnd: () => void): Promise<Wire> {
    const [{ Wire }, { connectTo }] = await Promise.all([
      import("../../../core/bus/session/wire.ts"),
      import("../../client/hub-connection.ts"),
    ]);
    const wire = new Wire({ onPush: () => {}, onEnd });
    connectTo(() => ({ path: this.path }))(wire).then(
      (link) => wire.attach(link),
      (error: Error) => wire.end(error),
    );
    return wire;
  }
}
