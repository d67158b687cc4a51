import { GhostError } from "../errors/ghost-error.ts";

/**
 * What every validation library that follows Standard Schema 1 gives (https://standardschema.dev): zod, valibot, arktype and
 * others. Only the type is here: no library is needed, and none is preferred.
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** The value, perhaps another than was given; or what is wrong with it. */
export type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Issues that an error names; the rest is counted. */
const ISSUES_NAMED = 3;

/** The value as the schema gives it. Throws MESSAGE_INVALID: `cannot use WHAT: items.0.price: expected a number`. */
export async function validate<Output>(schema: StandardSchema<Output>, value: unknown, what: string): Promise<Output> {
  const result = await schema["~standard"].validate(value);
  if (!result.issues) return result.value;
  const named = result.issues.slice(0, ISSUES_NAMED).map(describe).join("; ");
  const rest = result.issues.length - ISSUES_NAMED;
  throw new GhostError("MESSAGE_INVALID", `cannot use ${what}: ${named}${rest > 0 ? `; and ${rest} more` : ""}`, {
    details: { issues: result.issues.map(describe) },
  });
}

function describe({ message, path = [] }: SchemaIssue): string {
  const place = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
  return place === "" ? message : `${place}: ${message}`;
}
