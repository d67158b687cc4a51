import { type AbortSignal, throwIfAborted } from "../../errors/abort-signal.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import { notWhole } from "../counter.ts";
import type { KeyChange, KeyPort, StoredText } from "../ports.ts";
import { hubError } from "./hub-errors.ts";
import { type HubLink, type HubReply, listOf } from "./hub-link.ts";
import { textOf } from "./reply-text.ts";

/** Keys that one step of a scan looks at, about. */
const SCAN_COUNT = 512;

/** Keys in the hub, with Redis's commands where they can say it. */
export class HubKeys implements KeyPort {
  private readonly link: HubLink;

  constructor(link: HubLink) {
    this.link = link;
  }

  async read(keys: readonly string[], signal?: AbortSignal): Promise<(string | undefined)[]> {
    // MGET would answer nil for a hash, and one key is what is mostly asked for.
    if (keys.length === 1) return [textOf(await this.ask(["GET", ...keys], signal))];
    return listOf(await this.ask(["MGET", ...keys], signal)).map(textOf);
  }

  async readWithVersion(key: string, signal?: AbortSignal): Promise<StoredText | undefined> {
    const asked = this.ask(["GHOST.GET", key], signal);
    const [reply, expiry] = await Promise.all([asked, this.ask(["PTTL", key], signal)]);
    const [value, version] = listOf(reply);
    const text = textOf(value);
    // -1: it has none; -2: it has just gone.
    const expiresInMs = Number(expiry);
    return text === undefined || expiresInMs === -2
      ? undefined
      : { text, version: Number(version), expiresInMs: expiresInMs < 0 ? null : expiresInMs };
  }

  async apply(changes: ReadonlyMap<string, KeyChange>, signal?: AbortSignal): Promise<void> {
    const commands = commandsOf(changes);
    if (commands.length === 1) await this.ask(commands[0] as string[], signal);
    else await this.together(commands, signal);
  }

  async remove(keys: readonly string[], signal?: AbortSignal): Promise<number> {
    return Number(await this.ask(["DEL", ...keys], signal));
  }

  async writeIfVersion(
    key: string,
    { text, expiryMs }: NonNullable<KeyChange>,
    version: number,
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    const args = ["GHOST.SET", key, text, ...expiryArgs(expiryMs), "IFVERSION", String(version)];
    const reply = await this.ask(args, signal);
    return reply === null ? undefined : Number(reply);
  }

  async add(key: string, by: number, signal?: AbortSignal): Promise<number> {
    try {
      const total = Number(await this.ask(["INCRBY", key, String(by)], signal));
      if (Number.isSafeInteger(total)) return total;
    } catch (error) {
      throw error instanceof GhostError && /not an integer|overflow/.test(error.message)
        ? notWhole(key, "its value is no whole number, or the sum would be beyond 64 bits")
        : error;
    }
    throw notWhole(key, "the sum is beyond 2^53");
  }

  async *scan(pattern: string, signal?: AbortSignal): AsyncGenerator<string, void, undefined> {
    let cursor = "0";
    do {
      const reply = await this.ask(["SCAN", cursor, "MATCH", pattern, "COUNT", String(SCAN_COUNT)], signal);
      const [next, keys] = listOf(reply);
      for (const key of listOf(keys)) yield textOf(key) ?? "";
      cursor = textOf(next) ?? "0";
    } while (cursor !== "0");
  }

  /** The connection belongs to who made it. */
  async close(): Promise<void> {}

  /** MULTI … EXEC on the shared connection: all are handed over in this turn, so that nobody's command comes between them. */
  private async together(commands: readonly string[][], signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal);
    const replies = [["MULTI"], ...commands, ["EXEC"]].map((args) => this.ask(args, signal));
    const results = await Promise.allSettled(replies);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    const last = results.at(-1);
    const inside = last?.status === "fulfilled" ? listOf(last.value).find((reply) => reply instanceof Error) : undefined;
    if (inside) throw hubError(inside, "change the keys");
  }

  private async ask(args: readonly string[], signal?: AbortSignal): Promise<HubReply> {
    try {
      return await this.link.send(args, signal);
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      throw hubError(error, describe(args));
    }
  }
}

/** `get user:1`: what a message says cannot be done. */
function describe([command = "", key = ""]: readonly string[]): string {
  const name = command.toLowerCase().replace(/^ghost\./, "");
  return /^(?:multi|exec|scan)$/.test(name) ? "use the hub's keys" : `${name} ${key}`;
}

function commandsOf(changes: ReadonlyMap<string, KeyChange>): string[][] {
  const lasting: string[] = [];
  const deleted: string[] = [];
  const commands: string[][] = [];
  for (const [key, change] of changes) {
    if (change === null) deleted.push(key);
    else if (change.expiryMs === null) lasting.push(key, change.text);
    else commands.push(["SET", key, change.text, ...expiryArgs(change.expiryMs)]);
  }
  if (lasting.length === 2) commands.push(["SET", ...lasting]);
  else if (lasting.length > 0) commands.push(["MSET", ...lasting]);
  if (deleted.length > 0) commands.push(["DEL", ...deleted]);
  return commands;
}

function expiryArgs(expiryMs: number | null): string[] {
  return expiryMs === null ? [] : ["PX", String(expiryMs)];
}
