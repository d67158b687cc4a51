import type { AbortSignal } from "../../errors/abort-signal.ts";
import type { SqlPort, SqlTransaction } from "../ports.ts";
import { hubError } from "./hub-errors.ts";
import { type HubLink, type HubLinks, type HubReply, textOf } from "./hub-link.ts";

/** SQL in the hub, by GHOST.QUERY, EXEC, BATCH and TX. */
export class HubSql implements SqlPort {
  private readonly links: HubLinks;
  private readonly runner: HubRunner;

  constructor(links: HubLinks) {
    this.links = links;
    this.runner = new HubRunner(links);
  }

  query(sql: string, parameters?: string, signal?: AbortSignal): Promise<string> {
    return this.runner.query(sql, parameters, signal);
  }

  execute(sql: string, parameters?: string, signal?: AbortSignal): Promise<number> {
    return this.runner.execute(sql, parameters, signal);
  }

  batch(commands: string, signal?: AbortSignal): Promise<number> {
    return this.runner.batch(commands, signal);
  }

  async begin(signal?: AbortSignal): Promise<SqlTransaction> {
    const link = await this.links.open(signal);
    const transaction = new HubTransaction(link);
    try {
      await transaction.begin(signal);
      return transaction;
    } catch (error) {
      await link[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The connection belongs to who made it. */
  async close(): Promise<void> {}
}

class HubRunner {
  private readonly link: HubLink;

  constructor(link: HubLink) {
    this.link = link;
  }

  async query(sql: string, parameters?: string, signal?: AbortSignal): Promise<string> {
    return textOf(await this.ask(["GHOST.QUERY", sql, ...given(parameters)], signal)) ?? "";
  }

  async execute(sql: string, parameters?: string, signal?: AbortSignal): Promise<number> {
    return Number(await this.ask(["GHOST.EXEC", sql, ...given(parameters)], signal));
  }

  async batch(commands: string, signal?: AbortSignal): Promise<number> {
    return Number(await this.ask(["GHOST.BATCH", commands], signal));
  }

  protected async ask(args: readonly string[], signal?: AbortSignal): Promise<HubReply> {
    try {
      return await this.link.send(args, signal);
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      throw hubError(error, "run the statement");
    }
  }
}

/** A transaction on a connection of its own, whose end undoes what was not committed. */
class HubTransaction extends HubRunner implements SqlTransaction {
  private readonly connection: AsyncDisposable;

  constructor(link: HubLink & AsyncDisposable) {
    super(link);
    this.connection = link;
  }

  async begin(signal?: AbortSignal): Promise<void> {
    await this.ask(["GHOST.TX", "BEGIN"], signal);
  }

  async commit(): Promise<void> {
    try {
      await this.ask(["GHOST.TX", "COMMIT"]);
    } finally {
      await this.connection[Symbol.asyncDispose]();
    }
  }

  async rollback(): Promise<void> {
    try {
      await this.ask(["GHOST.TX", "ROLLBACK"]).catch(() => undefined);
    } finally {
      await this.connection[Symbol.asyncDispose]();
    }
  }
}

function given(parameters: string | undefined): string[] {
  return parameters === undefined ? [] : [parameters];
}
