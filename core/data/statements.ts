import { GhostError } from "../errors/ghost-error.ts";

/** Statements that change nothing, by their first word. WITH and PRAGMA may begin others, and are not believed. */
const READING = /^(?:[\s;(]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:select|values|explain)\b/i;

/** Whether a statement certainly changes nothing: it may then be run twice. */
export function isReading(sql: string): boolean {
  return READING.test(sql);
}

/** The one row of a result, undefined of an empty one. Throws SQL_FAILED when there are more. */
export function onlyRow<Row>(rows: readonly Row[]): Row | undefined {
  if (rows.length <= 1) return rows[0];
  throw new GhostError("SQL_FAILED", `cannot give a single row: the statement gives ${rows.length}`, {
    hint: "write LIMIT 1 if any of them will do, or use query",
  });
}
