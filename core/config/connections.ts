import { type Field, readScalar, refuse } from "./fields.ts";

/** How one may name a server: a URL, or the form that .NET's clients take. */
const FORMS = {
  redis: {
    url: /^rediss?:\/\/[^\s]+$/i,
    plain: /^[^\s:,;=/]+(?::\d{1,5})?(?:,[^\s,]+)*$/,
    hint: "write localhost:6379, or redis://localhost:6379",
  },
  postgres: {
    url: /^postgres(?:ql)?:\/\/[^\s]+$/i,
    plain: /^(?:\s*[A-Za-z][A-Za-z ]*=[^;]*;)*\s*[A-Za-z][A-Za-z ]*=[^;]*;?\s*$/,
    hint: "write Host=localhost;Database=ghost; or postgres://localhost/ghost",
  },
} as const;

/** A connection string as it was written; it may hold a reference to a secret. */
export function readConnection(field: Field, kind: keyof typeof FORMS): string | undefined {
  const { url, plain, hint } = FORMS[kind];
  const text = readScalar(field, "a text", hint)?.text;
  if (text === undefined || url.test(text) || plain.test(text)) return text;
  return refuse(field, "it is no connection string", hint);
}
