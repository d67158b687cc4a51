/** Finds the parameters of an SQL text (https://sqlite.org/lang_expr.html#varparam) without parsing it: only what could hide a `?` is told apart. */

/** In this order: strings, quoted names, comments, plain names (which may hold `$`), parameters. */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\?\d*|[:@$][\w\u0080-\uffff]+/g;

/** How many values the text asks for: the greatest index, as sqlite3_bind_parameter_count counts. */
export function countParameters(sql: string): number {
  return eachParameter(sql, (text) => text).count;
}

/**
 * The text with the parameters at `positions` (0-based) made integers. The module cannot bind 64-bit integers, so such a value
 * is bound as text or as a real and converted by SQLite; the unary plus takes away the affinity that a cast would add,
 * so that a comparison goes on using the same index as with a bare parameter.
 */
export function castToInteger(sql: string, positions: ReadonlySet<number>): string {
  return eachParameter(sql, (text, position) =>
    positions.has(position) ? `+CAST(${text.length > 1 ? text : `?${position + 1}`} AS INTEGER)` : text,
  ).sql;
}

function eachParameter(sql: string, replace: (text: string, position: number) => string): { sql: string; count: number } {
  const named = new Map<string, number>();
  let count = 0;
  const rewritten = sql.replace(TOKEN, (token) => {
    const position = positionOf(token, named, count);
    if (position === null) return token;
    count = Math.max(count, position + 1);
    return replace(token, position);
  });
  return { sql: rewritten, count };
}

/** The 0-based position of a parameter; null of any other token. A bare `?` and a new name take the next one. */
function positionOf(token: string, named: Map<string, number>, count: number): number | null {
  if (token === "?") return count;
  if (token.startsWith("?")) return Number(token.slice(1)) - 1;
  if (!/^[:@$]/.test(token)) return null;
  const known = named.get(token);
  if (known !== undefined) return known;
  named.set(token, count);
  return count;
}
