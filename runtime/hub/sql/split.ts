/** One text, several statements. */
import { keyword, type Token, tokensOf } from "./tokens.ts";

/** One statement of a text. */
export interface StatementText {
  /** From its first token to its last, without the semicolon. */
  readonly sql: string;
  readonly tokens: readonly Token[];
}

/**
 * The statements of a text; empty ones are left out. A semicolon ends one, but for those inside a trigger, which ends with `; END`
 * as in sqlite3_complete (https://sqlite.org/c3ref/complete.html). SQLite itself refuses a piece that is more or less than one statement.
 */
export function splitStatements(sql: string): StatementText[] {
  const statements: StatementText[] = [];
  let tokens: Token[] = [];
  const finish = () => {
    const [first, last] = [tokens[0], tokens.at(-1)];
    if (first && last) statements.push({ sql: sql.slice(first.start, last.end), tokens });
    tokens = [];
  };
  for (const token of tokensOf(sql)) {
    if (token.text === ";" && (!isTrigger(tokens) || isTriggerEnd(tokens))) finish();
    else if (token.text !== ";" || tokens.length > 0) tokens.push(token);
  }
  finish();
  return statements;
}

function isTrigger(tokens: readonly Token[]): boolean {
  const start = afterExplain(tokens);
  if (keyword(tokens[start]) !== "CREATE") return false;
  const next = keyword(tokens[start + 1]);
  return (next === "TEMP" || next === "TEMPORARY" ? keyword(tokens[start + 2]) : next) === "TRIGGER";
}

function isTriggerEnd(tokens: readonly Token[]): boolean {
  return keyword(tokens.at(-1)) === "END" && tokens.at(-2)?.text === ";";
}

/** Where the statement begins that EXPLAIN, or EXPLAIN QUERY PLAN, is about; 0 without one. */
export function afterExplain(tokens: readonly Token[]): number {
  if (keyword(tokens[0]) !== "EXPLAIN") return 0;
  return keyword(tokens[1]) === "QUERY" && keyword(tokens[2]) === "PLAN" ? 3 : 1;
}
