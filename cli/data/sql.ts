import { resolve } from "node:path";
import type { HubSession } from "../../core/bus/session/session.ts";
import type { SqlParameter, SqlParameters } from "../../core/data/ghost-data.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { encodeParameters } from "../../core/data/sql-json.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { usage } from "../arguments.ts";
import { printLine } from "../bus/subscribe.ts";
import type { Context } from "../context.ts";
import { wordOrInput } from "../hub/input.ts";
import { count } from "../output/quantities.ts";
import { type QueryResult, renderRows, rowObject } from "../output/rows.ts";
import { namespaceOption, withNamespace } from "./open.ts";
import { judge } from "./statements.ts";

/** `data query SQL`: rows as a table, with --json one a line. */
export async function query(context: Context, words: readonly string[]): Promise<number> {
  const [sql, parameters] = statementOf(context, words);
  const result = await withNamespace(context, "run the statement", "reads", (hub) => runQuery(hub, sql, parameters)).catch(
    explain(context, sql),
  );
  await showRows(context, result);
  return 0;
}

/** `data exec SQL`: prints how many rows were changed. */
export async function execute(context: Context, words: readonly string[]): Promise<number> {
  const [sql, parameters] = statementOf(context, words);
  const changes = await withNamespace(context, "run the statement", "writes", (hub) => runExecute(hub, sql, parameters)).catch(
    explain(context, sql),
  );
  if (context.json) context.printJson({ changes });
  else if (changes === 0 && judge(sql).is === "query") context.say("no row changed; what the statement gives, ghost data query shows");
  else context.say(`${count(changes, "row")} changed`);
  return 0;
}

/** `data backup FILE`: a namespace's SQL or, with --keys, keys and streams of all namespaces. */
export async function backUp(context: Context, [file, extra]: readonly string[]): Promise<number> {
  if (!file) throw usage(context.verb, "backup needs the FILE to write");
  if (extra !== undefined) throw usage(context.verb, `${extra} is one argument too many`);
  const isKeys = context.flag("keys");
  if (isKeys && context.text("namespace") !== undefined)
    throw usage(context.verb, "--keys copies the keys of all namespaces, which are one file", "leave --namespace out; ");
  const path = resolve(context.directory, file);
  const what = isKeys ? "keys and streams of all namespaces" : `the SQL of ${namespaceOption(context)}`;
  context.say(`copying ${what} …`);
  await withNamespace(context, `back up ${what}`, "reads", (hub) => hub.send(["GHOST.BACKUP", path, ...(isKeys ? ["KEYS"] : [])]));
  if (context.json) context.printJson({ file: path, ...(isKeys ? { keys: true } : { namespace: namespaceOption(context) }) });
  else context.say(`wrote ${path}`);
  return 0;
}

/** Rows with their columns, as the hub's JSON has them. */
export async function runQuery(hub: HubSession, sql: string, parameters?: string): Promise<QueryResult> {
  return JSON.parse(textOf(await hub.send(["GHOST.QUERY", sql, ...given(parameters)])) ?? "") as QueryResult;
}

export async function runExecute(hub: HubSession, sql: string, parameters?: string): Promise<number> {
  return Number(await hub.send(["GHOST.EXEC", sql, ...given(parameters)]));
}

/** A table; with --json an object a line. */
export async function showRows(context: Context, result: QueryResult): Promise<void> {
  if (context.json) for (const row of result.rows) printLine(context, rowObject(result.columns, row));
  else if (result.rows.length === 0) context.say("no rows");
  else context.print(...renderRows(result, context.output.columns, await context.paint()));
}

/** Puts the hub's words for what was refused into those of the shell, and says what to do. Throws always. */
function explain(context: Context, sql: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof GhostError)) throw error;
    const { code, message } = error;
    const more = (text: string, hint: string): GhostError => new GhostError(code, text, { hint, cause: error });
    if (code === "SQL_REFUSED" && message.includes("GHOST.QUERY")) {
      if (message.includes("several"))
        throw more("cannot run it: query runs one statement, and the text holds several", "ghost data exec runs several");
      if (judge(sql).is !== "query")
        throw more("cannot run it: query runs statements that give rows, and this one gives none", "ghost data exec runs it");
    }
    if (/no such table/.test(message))
      throw more(message, `.tables in ghost data shell --namespace ${namespaceOption(context)} shows those that are there`);
    if (/ wants \d+ values? and got /.test(message)) throw more(message, "give one --param for each, by position (7) or by name (:id=7)");
    throw error;
  };
}

function given(parameters: string | undefined): string[] {
  return parameters === undefined ? [] : [parameters];
}

function statementOf(context: Context, [word, extra]: readonly (string | undefined)[]): [sql: string, parameters: string | undefined] {
  if (extra !== undefined)
    throw usage(context.verb, `${extra} is one argument too many`, "put the statement in quotes, and values into --param; ");
  return [wordOrInput(context, word ?? context.passed[0], "a statement in SQL"), encodeParameters(parametersOf(context))];
}

/** `--param 7` by position, `--param :id=7` by name. */
function parametersOf(context: Context): SqlParameters | undefined {
  const texts = context.texts("param");
  if (texts.length === 0) return undefined;
  const named = texts.map((text) => /^[:@$](\w+)=([\s\S]*)$/.exec(text));
  const [first] = named;
  if (named.every((match) => match === null)) return texts.map((text) => parameterOf(context, text));
  if (first === null || named.includes(null)) throw usage(context.verb, "--param is by position (7) or by name (:id=7), for all alike");
  return Object.fromEntries(named.map((match) => [match?.[1] ?? "", parameterOf(context, match?.[2] ?? "")]));
}

/** A number, true, false and null are what they are in SQL; all else is a text. */
function parameterOf(context: Context, text: string): SqlParameter {
  if (context.flag("text")) return text;
  if (/^-?(?:0|[1-9]\d*)$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  return text === "null" ? null : text === "true" ? true : text === "false" ? false : text;
}
