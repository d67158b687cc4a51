/** The pieces that the OpenAPI document is made of: as much of version 3.1 as Ghost needs. */

/** A JSON Schema, or a reference to one of `components.schemas`. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly summary: string;
  readonly parameters?: readonly Schema[];
  readonly requestBody?: Schema;
  readonly responses: Readonly<Record<string, Schema>>;
}

/** By address and lower-case method. */
export type Paths = Readonly<Record<string, Readonly<Partial<Record<"get" | "post" | "put", Operation>>>>>;

/** A schema of `components.schemas`. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function listOf(items: Schema): Schema {
  return { type: "array", items };
}

/** An object of which `required` (default: all) must be there. */
export function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = Object.keys(properties)): Schema {
  return { type: "object", properties, required };
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}

export const text: Schema = { type: "string" };
export const integer: Schema = { type: "integer" };
export const number: Schema = { type: "number" };
export const flag: Schema = { type: "boolean" };
export const time: Schema = { type: "string", format: "date-time" };
export const textMap: Schema = { type: "object", additionalProperties: text };

export function oneOf(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

/** A piece of the address. */
export function inPath(name: string, description: string): Schema {
  return { name, in: "path", required: true, description, schema: text };
}

/** What may stand after the question mark. */
export function inQuery(name: string, description: string, schema: Schema = text): Schema {
  return { name, in: "query", description, schema };
}

export function inHeader(name: string, description: string): Schema {
  return { name, in: "header", description, schema: text };
}

/** A JSON body. */
export function body(schema: Schema): Schema {
  return { required: true, content: { "application/json": { schema } } };
}

/** The answer when all is well, and the shape of every other. */
export function answers(description: string, schema: Schema, type = "application/json"): Operation["responses"] {
  return {
    "200": { description, content: { [type]: { schema } } },
    default: { description: "what cannot be done, and why", content: { "application/json": { schema: object({ error: ref("Error") }) } } },
  };
}
