import { Connection } from "../wire/connection.ts";
import { type Reply, show } from "../wire/reply.ts";
import type { Kind } from "./kinds.ts";

/** How long a reply may take, in ms: the disk may be slow, and SQL's process may have to be started. */
const REPLY_LIMIT_MS = 30_000;

/** Writes again and again, and knows what was acknowledged. */
export class Writer {
  /** Writes that were acknowledged. */
  acknowledged = 0;
  /** Writes that were refused. */
  refused = 0;
  /** The last refusal. */
  refusal = "";
  private inDoubt = false;
  private stopped = false;
  private readonly kind: Kind;
  private readonly id: string;

  constructor(kind: Kind, id: string) {
    this.kind = kind;
    this.id = id;
  }

  get name(): string {
    return `${this.kind.name} (writer ${this.id})`;
  }

  /** Writes until the connection ends or `stop`. */
  async run(address: string): Promise<void> {
    this.stopped = false;
    const connection = await Connection.open(address).catch(() => null);
    if (connection === null) return;
    for (const words of this.kind.prepare?.(this.id) ?? []) if ((await this.ask(connection, words)) === null) return;
    while (!this.stopped && (await this.writeOne(connection)));
    connection.close();
  }

  /** Ends `run` after the write that is under way. */
  stop(): void {
    this.stopped = true;
  }

  /** What is there must be what was acknowledged, with or without the one write that was in doubt. */
  async check(connection: Connection): Promise<void> {
    // Before its table was acknowledged there is nothing to look at.
    if (this.acknowledged === 0 && this.kind.prepare) for (const words of this.kind.prepare(this.id)) await this.ask(connection, words);
    const seen: string[] = [];
    for (const words of this.kind.read(this.id)) {
      const reply = await this.ask(connection, words);
      if (reply === null) throw new Error(`${this.name}: the connection ended while its data were read`);
      seen.push(this.kind.seen?.(reply, Date.now()) ?? show(reply));
    }
    const allowed = this.inDoubt ? [this.acknowledged, this.acknowledged + 1] : [this.acknowledged];
    const found = allowed.find((n) => JSON.stringify(this.kind.model(this.id, n)) === JSON.stringify(seen));
    if (found === undefined)
      throw new Error(
        `${this.name}: after ${this.acknowledged} acknowledged writes${this.inDoubt ? " and one in doubt" : ""} there is ${seen.join(" ")}, not ${allowed.map((n) => this.kind.model(this.id, n).join(" ")).join(" or ")}`,
      );
    this.acknowledged = found;
    this.inDoubt = false;
  }

  /** True when it may go on. */
  private async writeOne(connection: Connection): Promise<boolean> {
    this.inDoubt = true;
    let last: Reply | null = null;
    for (const words of this.kind.write(this.id, this.acknowledged + 1)) {
      last = await this.ask(connection, words);
      if (last === null) return false;
      // After a refusal within MULTI, EXEC has to refuse as well: it is sent, and what is there then tells.
      if (last.kind === "error" && this.kind.name !== "MULTI") break;
    }
    this.inDoubt = false;
    if (last?.kind === "error") return this.takeRefusal(connection, last.text);
    this.acknowledged += 1;
    return true;
  }

  /** A refusal says that nothing was written. What was begun is left, so that the same write can be tried again. */
  private async takeRefusal(connection: Connection, text: string): Promise<boolean> {
    this.refused += 1;
    this.refusal = text;
    if (this.kind.name === "GHOST.TX") return (await this.ask(connection, ["GHOST.TX", "ROLLBACK"])) !== null;
    return true;
  }

  private async ask(connection: Connection, words: readonly string[]): Promise<Reply | null> {
    connection.send(words);
    const reply = await connection.nextOrNull(REPLY_LIMIT_MS);
    if (reply === null) throw new Error(`${this.name}: no answer to ${words.join(" ")} within ${REPLY_LIMIT_MS} ms`);
    return reply.kind === "closed" ? null : reply;
  }
}
