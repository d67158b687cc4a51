import { type AbortSignal, waitUnlessAborted } from "../../errors/abort-signal.ts";
import type { SqlPort, SqlTransaction } from "../ports.ts";
import { hubError } from "./hub-errors.ts";
import type { HubLink, HubLinks, HubReply, OwnLink } from "./hub-link.ts";
import { textOf } from "./reply-text.ts";

/**
 * SQL in the hub, by GHOST.QUERY, EXEC, BATCH and TX. It has a connection of its own, opened at the first statement: replies come in order, and keys must not
 * wait behind a query, nor behind one that waits for a transaction.
 */
export class HubSql implements SqlPort {
  private readonly links: HubLinks;
  private own: Promise<OwnLink> | null = null;

  constructor(links: HubLinks) {
    this.links = links;
  }

  async query(sql: string, parameters?: string, signal?: AbortSignal): Promise<string> {
    return await (await this.runner(signal)).query(sql, parameters, signal);
  }

  async execute(sql: string, parameters?: string, signal?: AbortSignal): Promise<number> {
    return await (await this.runner(signal)).execute(sql, parameters, signal);
  }

  async batch(commands: string, signal?: AbortSignal): Promise<number> {
    return await (await this.runner(signal)).batch(commands, signal);
  }

  async begin(signal?: AbortSignal): Promise<SqlTransaction> {
    const link = await this.links.open(signal).catch(throwHubError);
    const transaction = new HubTransaction(link);
    try {
      await transaction.begin(signal);
      return transaction;
    } catch (error) {
      await link[Symbol.asyncDispose]();
      throw error;
    }
  }

  async close(): Promise<void> {
    const link = await this.own?.catch(() => null);
    await link?.[Symbol.asyncDispose]();
  }

  private async runner(signal: AbortSignal | undefined): Promise<HubRunner> {
    this.own ??= this.open();
    return new HubRunner(await waitUnlessAborted(this.own, signal));
  }

  /** For all who want it, whoever of them gives up; one that could not be opened is tried again by the next. */
  private open(): Promise<OwnLink> {
    return this.links.open(undefined, { reconnects: true }).catch((error: unknown) => {
      this.own = null;
      return throwHubError(error);
    });
  }
}

function throwHubError(error: unknown): never {
  throw hubError(error, "run the statement");
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

  constructor(link: OwnLink) {
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
