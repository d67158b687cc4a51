/** What a statement is, judged by its words: whether it may run, and how. sql.js has no authorizer that could be asked instead. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { pragmaUse } from "./pragmas.ts";
import { afterExplain, type StatementText } from "./split.ts";
import { keyword, type Token } from "./tokens.ts";

/**
 * - `read`: changes nothing
 * - `change`: INSERT, UPDATE, DELETE, REPLACE: SQLite counts its rows
 * - `define`: changes the schema or the file, and has no rows to count
 * - `whole`: VACUUM, which cannot be part of a transaction
 * - `inside`: makes sense only inside of a transaction: savepoints, `PRAGMA defer_foreign_keys`
 */
export type StatementKind = "read" | "change" | "define" | "whole" | "inside";

const BY_WORD: Readonly<Record<string, StatementKind>> = {
  SELECT: "read",
  VALUES: "read",
  INSERT: "change",
  REPLACE: "change",
  UPDATE: "change",
  DELETE: "change",
  CREATE: "define",
  DROP: "define",
  ALTER: "define",
  REINDEX: "define",
  ANALYZE: "define",
  SAVEPOINT: "inside",
  RELEASE: "inside",
};
/** What stands after the names of a WITH and tells what it is. */
const MAIN_WORDS = new Set(["SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"]);
const TRANSACTION_WORDS = new Set(["BEGIN", "COMMIT", "END", "ROLLBACK"]);
const TRANSACTION_HINT = "GHOST.TX BEGIN, COMMIT and ROLLBACK make a transaction, GHOST.BATCH one of several statements at once";

/** Judges one statement. Throws SQL_REFUSED, or SQL_FAILED where its first word begins none. */
export function classify({ tokens }: StatementText): StatementKind {
  const start = afterExplain(tokens);
  if (start === 0) return kindOf(tokens);
  const kind = kindOf(tokens.slice(start));
  // SQLite runs some PRAGMAs even while it only explains them.
  if (keyword(tokens[start]) === "PRAGMA" && kind !== "read") throw refused("EXPLAIN PRAGMA", "SQLite would run it");
  return "read";
}

function kindOf(tokens: readonly Token[]): StatementKind {
  const word = keyword(tokens[0]);
  const kind = BY_WORD[word];
  if (kind) return kind;
  if (word === "WITH") return BY_WORD[mainWord(tokens)] ?? "read";
  if (word === "PRAGMA") return pragmaKind(tokens);
  if (word === "VACUUM") return vacuumKind(tokens);
  if (word === "ROLLBACK" && tokens.some((token) => keyword(token) === "TO")) return "inside";
  if (TRANSACTION_WORDS.has(word)) throw refused(word, "it would end or begin a transaction of others, too", TRANSACTION_HINT);
  if (word === "ATTACH" || word === "DETACH") throw refused(word, "a namespace is one file", "give each namespace its own connection");
  throw new GhostError("SQL_FAILED", `cannot run the statement: near "${tokens[0]?.text.slice(0, WORD_SHOWN_MAX)}": syntax error`);
}

/** Characters of an unknown word that are shown. */
const WORD_SHOWN_MAX = 40;

/** The first of `MAIN_WORDS` outside of parentheses that is not itself the name of a common table expression. */
function mainWord(tokens: readonly Token[]): string {
  let depth = 0;
  let isName = true;
  for (const token of tokens.slice(keyword(tokens[1]) === "RECURSIVE" ? 2 : 1)) {
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    else if (depth === 0 && !isName && MAIN_WORDS.has(keyword(token))) return keyword(token);
    isName = depth === 0 && token.text === ",";
  }
  return "";
}

function pragmaKind(tokens: readonly Token[]): StatementKind {
  switch (pragmaUse(tokens.slice(1))) {
    case "read":
      return "read";
    case "change":
      return "define";
    case "transaction":
      return "inside";
    case "refused":
      throw refused(
        `PRAGMA ${tokens
          .slice(1)
          .map((token) => token.text)
          .join("")
          .slice(0, WORD_SHOWN_MAX)}`,
        "it would change how the file is locked, kept or synced, or a setting of all its users",
        "user_version, application_id and all that only reads may be used",
      );
  }
}

function vacuumKind(tokens: readonly Token[]): StatementKind {
  if (tokens.some((token) => keyword(token) === "INTO"))
    throw refused("VACUUM INTO", "it would write a file", "ghost data backup copies a namespace");
  return "whole";
}

function refused(what: string, why: string, hint?: string): GhostError {
  return new GhostError("SQL_REFUSED", `cannot run ${what}: ${why}`, { hint });
}
