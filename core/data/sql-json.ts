/**
 * Parameters and rows of SQL as the hub's JSON: `[1,"a"]` or `{"id":1}`, and `{"columns":["id"],"rows":[[1]]}`. What JSON lacks is written as
 * `{"$int":"9223372036854775807"}` (integers beyond 2^53), `{"$blob":"base64"}` and `{"$real":"inf"}` (or "-inf").
 */
import { GhostError } from "../errors/ghost-error.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import type { SqlCommand, SqlParameter, SqlParameters, SqlRow, SqlValue } from "./ghost-data.ts";

/** The parameters of one statement; undefined for none. Throws USAGE for what SQL has no value for. */
export function encodeParameters(parameters: SqlParameters | undefined): string | undefined {
  if (parameters === undefined) return undefined;
  if (isList(parameters)) return `[${parameters.map((value, index) => encodeParameter(value, `parameter ${index + 1}`)).join()}]`;
  return `{${Object.entries(parameters)
    .map(([name, value]) => `${JSON.stringify(name)}:${encodeParameter(value, `parameter ${name}`)}`)
    .join()}}`;
}

/** The statements of a batch. */
export function encodeCommands(commands: Iterable<SqlCommand>): string {
  return `[${[...commands].map(([sql, parameters]) => `[${JSON.stringify(sql)},${encodeParameters(parameters) ?? "null"}]`).join()}]`;
}

function isList(parameters: SqlParameters): parameters is readonly SqlParameter[] {
  return Array.isArray(parameters);
}

function encodeParameter(value: SqlParameter, name: string): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return `{"$real":"${value > 0 ? "inf" : "-inf"}"}`;
  if (typeof value === "bigint") return `{"$int":"${value}"}`;
  if (value instanceof Uint8Array) return `{"$blob":"${encodeBase64(value)}"}`;
  throw new GhostError("USAGE", `cannot use ${describe(value)} as ${name}`, {
    hint: "a parameter is null, a boolean, a number, a bigint, a string or a Uint8Array: write dates with toISOString() and objects with JSON.stringify()",
  });
}

function describe(value: unknown): string {
  return typeof value === "object" ? `a ${(value as object).constructor?.name ?? "object"}` : String(value);
}

/** The rows of a result, as objects by column. Of two columns of one name the later counts. */
export function decodeRows<Row = SqlRow>(json: string): Row[] {
  const { columns, rows } = JSON.parse(json) as { columns: readonly string[]; rows: readonly (readonly unknown[])[] };
  return rows.map((cells) => {
    const row: Record<string, SqlValue> = {};
    for (let column = 0; column < columns.length; column++) row[columns[column] as string] = decodeCell(cells[column]);
    return row as Row;
  });
}

function decodeCell(cell: unknown): SqlValue {
  if (typeof cell !== "object" || cell === null) return cell as SqlValue;
  const { $int, $blob, $real } = cell as { readonly $int?: string; readonly $blob?: string; readonly $real?: string };
  if ($int !== undefined) return BigInt($int);
  if ($blob !== undefined) return decodeBase64($blob);
  return $real === "-inf" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
