import { classify } from "../../runtime/hub/sql/classify.ts";
import { splitStatements } from "../../runtime/hub/sql/split.ts";
import { keyword } from "../../runtime/hub/sql/tokens.ts";

/** Put behind what was typed: where it is a statement of its own, all before it is whole. */
const MARK = "ghost_end_of_input";

/** What to do with a statement. */
export type Statement =
  | { readonly is: "query" | "execute" }
  /** `BEGIN`, `COMMIT` or `ROLLBACK` */
  | { readonly is: "transaction"; readonly word: "BEGIN" | "COMMIT" | "ROLLBACK" };

/** The statements that are whole (each ends with `;`) and what is left after them. */
export function takeStatements(text: string): { readonly statements: string[]; readonly rest: string } {
  const pieces = splitStatements(`${text}\n${MARK}`).map(({ sql }) => sql);
  const last = pieces.pop();
  // A comment that is not closed swallows the mark.
  if (last === undefined || !last.endsWith(MARK)) return { statements: [], rest: text };
  return { statements: pieces, rest: last.slice(0, -MARK.length).trimEnd() };
}

/** How a statement is run. Throws SQL_REFUSED and SQL_FAILED as the hub would. */
export function judge(sql: string): Statement {
  const [statement] = splitStatements(sql);
  const tokens = statement?.tokens ?? [];
  const word = keyword(tokens[0]);
  const isSavepoint = tokens.some((token) => keyword(token) === "TO");
  if (word === "BEGIN") return { is: "transaction", word };
  if (word === "COMMIT" || word === "END") return { is: "transaction", word: "COMMIT" };
  if (word === "ROLLBACK" && !isSavepoint) return { is: "transaction", word };
  const hasRows = statement !== undefined && (classify(statement) === "read" || tokens.some((token) => keyword(token) === "RETURNING"));
  return { is: hasRows || word === "PRAGMA" ? "query" : "execute" };
}
