/** Finds the parameters of an SQL text (https://sqlite.org/lang_expr.html#varparam) without parsing it: only what could hide a `?` is told apart. */

/**
 * In this order: strings, quoted names, comments, plain names (which may hold `$`), parameters (with Tcl's `::` and `(…)`, as tokenize.c has them).
 * What is not closed goes to the end, so that no text is looked at twice.
 */
const TOKEN =
  /'[^']*(?:''[^']*)*(?:'|$)|"[^"]*(?:""[^"]*)*(?:"|$)|`[^`]*(?:``[^`]*)*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\?\d*|[:@$#](?:[\w$\u0080-\uffff]|::)+(?:\([^\s)]*\))?/g;
/** SQLite refuses greater numbers of parameters itself (SQLITE_MAX_VARIABLE_NUMBER). */
const PARAMETERS_MAX = 32_766;

/** How many values the text asks for: the greatest index, as sqlite3_bind_parameter_count counts. */
export function countParameters(sql: string): number {
  return eachParameter(sql, (text) => text).count;
}

/** The name of each parameter with its prefix (`:id`, `?2`), by position; null of a bare `?`, and of a number that the text leaves out. */
export function parameterNames(sql: string): (string | null)[] {
  const names: (string | null)[] = [];
  eachParameter(sql, (text, position) => {
    if (position >= PARAMETERS_MAX) return text;
    while (names.length <= position) names.push(null);
    if (text !== "?") names[position] = text;
    return text;
  });
  return names;
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
  if (!/^[:@$#]/.test(token)) return null;
  const known = named.get(token);
  if (known !== undefined) return known;
  named.set(token, count);
  return count;
}
