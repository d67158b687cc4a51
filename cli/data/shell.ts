import { readFileSync } from "node:fs";
import type { HubSession } from "../../core/bus/session/session.ts";
import { hubError } from "../../core/data/hub/hub-errors.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { renderError } from "../output/errors.ts";
import { count } from "../output/quantities.ts";
import { writeFully } from "../output/stream.ts";
import { isTerminal } from "../output/terminal.ts";
import { namespaceOption, withNamespace } from "./open.ts";
import { runExecute, runQuery, showRows } from "./sql.ts";
import { judge, takeStatements } from "./statements.ts";

const HELP = [
  ".tables          the tables and views",
  ".schema [NAME]   how they were made",
  ".quit            ends, as ^D does; an open transaction is rolled back",
  "BEGIN, COMMIT and ROLLBACK make a transaction; a statement ends with ;",
];

/** `data shell`: SQL from a terminal, statement by statement, or from standard input. */
export async function shell(context: Context, words: readonly string[]): Promise<number> {
  if (words[0] !== undefined) throw usage(context.verb, `${words[0]} is one argument too many`, "ghost data query runs one statement; ");
  return withNamespace(context, "run the statement", "writes", async (hub) => {
    const one = new Shell(context, hub);
    return isTerminal(0) ? converse(context, one) : runInput(one, readFileSync(0, "utf8"));
  });
}

class Shell {
  private readonly context: Context;
  private readonly hub: HubSession;
  /** Statements that are not whole yet. */
  pending = "";
  isInTransaction = false;

  constructor(context: Context, hub: HubSession) {
    this.context = context;
    this.hub = hub;
  }

  /** Takes a line; false when it ends the shell. Throws what the first statement that fails throws; those behind it are dropped. */
  async line(text: string): Promise<boolean> {
    if (this.pending === "" && text.trim().startsWith(".")) return this.dot(text.trim());
    const [, word] = (this.pending === "" && /^\s*(help|exit|quit)\s*;?\s*$/i.exec(text)) || [];
    if (word !== undefined) return this.dot(`.${word.toLowerCase()}`);
    const { statements, rest } = takeStatements(this.pending === "" ? text : `${this.pending}\n${text}`);
    this.pending = rest.trim() === "" ? "" : rest;
    for (const sql of statements) await this.run(sql);
    return true;
  }

  /** What stands at the end of the input without its semicolon, and a transaction that nobody ended. */
  async end(): Promise<void> {
    const rest = this.pending;
    this.pending = "";
    if (rest !== "") await this.run(rest);
    if (this.isInTransaction)
      throw new GhostError("TX_ABORTED", "the transaction was rolled back: the input ended without COMMIT", {
        hint: "end it with COMMIT;",
      });
  }

  private async run(sql: string): Promise<void> {
    try {
      await this.perform(sql);
    } catch (error) {
      throw error instanceof GhostError ? error : hubError(error, "run the statement");
    }
  }

  private async perform(sql: string): Promise<void> {
    const statement = judge(sql);
    switch (statement.is) {
      case "query":
        return showRows(this.context, await runQuery(this.hub, sql));
      case "execute":
        return this.tellChanges(await runExecute(this.hub, sql));
      case "transaction":
        await this.hub.send(["GHOST.TX", statement.word]);
        this.isInTransaction = statement.word === "BEGIN";
    }
  }

  private tellChanges(changes: number): void {
    if (this.context.json) this.context.print(JSON.stringify({ changes }));
    else if (changes > 0) this.context.say(`${count(changes, "row")} changed`);
  }

  private async dot(text: string): Promise<boolean> {
    const [word, name] = text.split(/\s+/);
    if (word === ".quit" || word === ".exit") return false;
    if (word === ".tables")
      await this.run("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name");
    else if (word === ".schema") await this.schema(name);
    else if (word === ".help") this.context.say(...HELP);
    else
      throw new GhostError("USAGE", `cannot run ${word}: there is no such command`, {
        hint: ".tables, .schema [NAME], .help and .quit are there",
      });
    return true;
  }

  private async schema(name: string | undefined): Promise<void> {
    const parameters = name === undefined ? undefined : JSON.stringify([name]);
    const where = name === undefined ? "" : " AND tbl_name = ?";
    const result = await runQuery(
      this.hub,
      `SELECT sql FROM sqlite_schema WHERE sql NOT NULL${where} ORDER BY tbl_name, type DESC, name`,
      parameters,
    );
    if (result.rows.length === 0) this.context.say(name === undefined ? "nothing was made yet" : `there is no ${name}`);
    else if (this.context.json) await showRows(this.context, result);
    else this.context.print(...result.rows.map(([sql]) => `${sql};`));
  }
}

/** Input that nobody types: the first failure ends it. */
async function runInput(one: Shell, input: string): Promise<number> {
  for (const line of input.split(/\r?\n/)) if (!(await one.line(line))) return 0;
  await one.end();
  return 0;
}

async function converse(context: Context, one: Shell): Promise<number> {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: context.messages.isTerminal });
  const prompt = (): void => {
    lines.setPrompt(
      one.pending !== "" ? "   ...> " : one.isInTransaction ? `${namespaceOption(context)}*> ` : `${namespaceOption(context)}> `,
    );
    lines.prompt();
  };
  let isRunning = false;
  let wasTold = false;
  let leave: (how: "left") => void = () => undefined;
  const left = new Promise<"left">((resolve) => {
    leave = resolve;
  });
  // ^C drops what was begun; where nothing was, it says how to leave. A statement that runs cannot be taken back: the second ^C waits no longer for it.
  lines.on("SIGINT", () => {
    if (isRunning) {
      if (wasTold) return leave("left");
      wasTold = true;
      return context.say("", "the statement goes on, for 30 s at most; ^C again leaves the shell");
    }
    if (one.pending === "" && lines.line === "") context.say("", ".quit or ^D ends");
    one.pending = "";
    lines.write(null, { ctrl: true, name: "u" });
    prompt();
  });
  context.say(`SQL of ${namespaceOption(context)}; .help tells what there is`);
  prompt();
  for await (const line of lines) {
    isRunning = true;
    wasTold = false;
    const next = await Promise.race([one.line(line).catch((error: unknown) => tell(context, error)), left]);
    isRunning = false;
    if (next === "left") {
      lines.close();
      return 130;
    }
    if (!next) break;
    prompt();
  }
  lines.close();
  if (one.isInTransaction) context.warn("the transaction was not committed, and is rolled back");
  return 0;
}

/** Shows an expected failure, and goes on. The connection's end is none. */
async function tell(context: Context, error: unknown): Promise<true> {
  if (!(error instanceof GhostError) || error.code === "HUB_UNREACHABLE") throw error;
  writeFully(2, `${renderError(error.body(), context.directory, await context.messagePaint(), context.messages.isTerminal).join("\n")}\n`);
  return true;
}
