import type { Paint } from "./paint.ts";
import { type Cell, renderTable } from "./table.ts";

/** Rows of SQL as the hub tells them; what JSON lacks is `{"$int"}`, `{"$blob"}` or `{"$real"}`, see `core/data/sql-json.ts`. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Bytes of a blob that a cell shows. */
const BLOB_BYTES_SHOWN = 16;

/** A table of rows: numbers to the right, NULL told apart from a text. */
export function renderRows({ columns, rows }: QueryResult, width: number, paint: Paint): string[] {
  const head = columns.map((title, index) => ({
    title,
    align: rows.every((row) => isNumber(row[index])) ? ("right" as const) : ("left" as const),
  }));
  return renderTable(
    head,
    rows.map((row) => row.map((value) => cellOf(value, paint))),
    width,
    paint,
  );
}

/** A row as an object by column; of two columns of one name the second is `name:2`. */
export function rowObject(columns: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const before = columns.slice(0, index).filter((each) => each === column).length;
    object[before === 0 ? column : `${column}:${before + 1}`] = row[index];
  }
  return object;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || value === null || (typeof value === "object" && !("$blob" in value));
}

function cellOf(value: unknown, paint: Paint): Cell {
  if (value === null) return { text: "NULL", paint: paint.dim };
  if (typeof value !== "object") return { text: oneLine(String(value)) };
  const { $int, $real, $blob } = value as { $int?: string; $real?: string; $blob?: string };
  if ($blob === undefined) return { text: $int ?? $real ?? "" };
  const bytes = Buffer.from($blob, "base64");
  const more = bytes.length > BLOB_BYTES_SHOWN ? `… (${bytes.length} bytes)` : "";
  return { text: `x'${bytes.toString("hex", 0, BLOB_BYTES_SHOWN)}'${more}`, paint: paint.dim };
}

/** Line ends and tabs as they are written in code: a row stays a line, and the columns below each other. `--json` has the value as it is. */
function oneLine(text: string): string {
  return text.replace(/[\n\r\t]/g, (each) => JSON.stringify(each).slice(1, -1));
}
