/** Rows as JSON: `{"columns":["id"],"rows":[[1]]}`; what JSON lacks is written as parameters are (see `parameters.ts`). */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { SqlRow, SqlValue } from "../../storage/sqlite/open.ts";

/** How large a result may be. */
export interface ResultLimits {
  readonly rowsMax: number;
  /** Of its JSON, in UTF-16 units. */
  readonly charactersMax: number;
}

/** Collects the rows of one result. */
export class RowWriter {
  private readonly rows: string[] = [];
  private characters = 0;
  private readonly limits: ResultLimits;

  constructor(limits: ResultLimits) {
    this.limits = limits;
  }

  /** Throws LIMIT_EXCEEDED. */
  add(row: SqlRow): void {
    const text = rowJson(row);
    this.characters += text.length + 1;
    if (this.rows.push(text) > this.limits.rowsMax) throw tooLarge(`more than ${this.limits.rowsMax} rows`);
    if (this.characters > this.limits.charactersMax) throw tooLarge(`longer than ${this.limits.charactersMax} characters`);
  }

  finish(columns: readonly string[]): string {
    return `{"columns":${JSON.stringify(columns)},"rows":[${this.rows.join(",")}]}`;
  }
}

function tooLarge(what: string): GhostError {
  return new GhostError("LIMIT_EXCEEDED", `cannot give the result: it is ${what}`, {
    hint: "ask for part of it, e.g. WHERE id > :last ORDER BY id LIMIT 1000",
  });
}

function rowJson(row: SqlRow): string {
  let text = "[";
  for (let column = 0; column < row.columnCount; column++) {
    if (column > 0) text += ",";
    text += valueJson(row.value(column), () => row.isReal(column));
  }
  return `${text}]`;
}

/** One value. `isReal` is asked of numbers alone: a whole one that is a real is written with a fraction, so that it comes back as one. */
export function valueJson(value: SqlValue, isReal: () => boolean): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return isReal() ? realJson(value) : String(value);
  if (value === null) return "null";
  if (typeof value === "bigint") return `{"$int":"${value}"}`;
  return `{"$blob":"${Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64")}"}`;
}

function realJson(value: number): string {
  if (!Number.isFinite(value)) return `{"$real":"${value > 0 ? "inf" : "-inf"}"}`;
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
