/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What is known of one key: the parser accepts exactly these keys, and the JSON Schema is made of the same rows. */
export interface KeyRule {
  /** Other spellings that mean the same. */
  readonly aliases?: readonly string[];
  readonly schema: JsonSchema;
}
export type KeyTable = Readonly<Record<string, KeyRule>>;

/** Kinds of values that many keys share. A number or a boolean may be written as a text, for `${VAR}` can stand for it. */
export const DURATION = { type: "string", description: "A duration: 500ms, 5s, 10m, 2h or 00:00:05." };
export const SIZE = { type: "string", description: "A size: 512KB, 10MB, 1GB." };
export const BOOLEAN = { type: ["boolean", "string"] };
export const INTEGER = { type: ["integer", "string"] };
export const NUMBER = { type: ["number", "string"] };
export const TEXT = { type: "string" };
export const WORD = { type: ["string", "number", "boolean"] };
export const WORDS = { type: "array", items: WORD };
export const TEXTS = { type: "array", items: TEXT };
/** The name of a process, a group or a port. */
export const NAME = { ...TEXT, pattern: "^[A-Za-z0-9_-]{1,64}$|\\$\\{" };

/** The schema of a map with the keys of a table and no others. */
export function objectSchema(table: KeyTable, required: readonly string[] = []): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [key, rule] of Object.entries(table)) {
    properties[key] = rule.schema;
    for (const alias of rule.aliases ?? []) properties[alias] = { ...rule.schema, description: `The same as \`${key}\`.` };
  }
  return { type: "object", properties, additionalProperties: false, ...(required.length > 0 && { required }) };
}

/** Every spelling that a table accepts, aliases included. */
export function acceptedKeys(table: KeyTable): string[] {
  return Object.entries(table).flatMap(([key, rule]) => [key, ...(rule.aliases ?? [])]);
}
