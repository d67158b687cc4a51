import { GhostError } from "../errors/ghost-error.ts";

/** What is shown where a secret would stand. */
export const MASK = "******";

/** Shorter values are not looked for in free text. */
const MASKED_CHARACTERS_MIN = 4;
const LINE_END = /[\r\n]+/;

/** Marks a secret reference inside a string; YAML text cannot contain it (control characters are refused). */
const MARK = "\u0001";

const SECRET_NAME =
  /(^|[_-])(pass(word|wd|phrase)?|pwd|secrets?|token|credentials?|auth|api_?key|private_?key|access_?key|secret_?key|encryption_?key|signing_?key|dsn)([_-]|$)/i;
/** Names of places: DB_PASSWORD_FILE, SSH_AUTH_SOCK. */
const PLACE_NAME = /_(sock|file|path|dir)$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the mark is a control character so that no text can forge it.
const REFERENCE = /\u0001([^\u0001]*)\u0001/g;

/** True for names such as DB_PASSWORD, GITHUB_TOKEN, API_KEY: their values are kept in `data/secrets` alone and shown nowhere. What ends in SOCK, FILE, PATH or DIR names a place, not a secret. */
export function isSecretName(name: string): boolean {
  if (PLACE_NAME.test(name)) return false;
  return SECRET_NAME.test(name) || /(password|passwd|secret|apikey)$/i.test(name);
}

/** The text that stands for the secret `name` inside a definition. */
export function secretReference(name: string): string {
  return MARK + name + MARK;
}

/** The names of all secrets that a text refers to. */
export function secretsIn(text: string): string[] {
  return text.includes(MARK) ? [...text.matchAll(REFERENCE)].map((match) => match[1] ?? "") : [];
}

/** False of JSON in which no text refers to a secret, nor looks as if it did. */
export function mayReferToSecret(json: string): boolean {
  return json.includes(JSON.stringify(MARK).slice(1, -1));
}

/** Fills references in; a reference without a value becomes empty. */
export function revealSecrets(text: string, values: Readonly<Record<string, string>>): string {
  return text.includes(MARK) ? text.replace(REFERENCE, (_, name: string) => values[name] ?? "") : text;
}

/** The same for what is about to run: nothing is to run with an empty text where a secret belongs. Throws STATE_DAMAGED for a reference without a value. */
export function fillSecrets(text: string, values: Readonly<Record<string, string>>): string {
  const missing = secretsIn(text).find((name) => !Object.hasOwn(values, name));
  if (missing === undefined) return revealSecrets(text, values);
  throw new GhostError("STATE_DAMAGED", `cannot fill in the secret ${missing}: data/secrets does not hold its value`, {
    hint: "register its file again, where the value is known: ghost register FILE",
  });
}

/** The text as people may see it. */
export function maskReferences(text: string): string {
  return text.includes(MARK) ? text.replace(REFERENCE, MASK) : text;
}

/**
 * Replaces every occurrence of known secret values in free text (last lines, errors, command lines). Of a value with several lines each
 * line is masked too, because logs are shown line by line. What is shorter than `MASKED_CHARACTERS_MIN` is left: it would mask half the text.
 */
export function maskValues(text: string, values: Iterable<string>): string {
  let masked = text;
  for (const form of formsOf(values)) masked = masked.replaceAll(form, MASK);
  return masked;
}

/** The longest first: else one that begins another would leave the rest of that to be read. */
function formsOf(values: Iterable<string>): string[] {
  const forms = new Set<string>();
  for (const value of values) {
    forms.add(value);
    if (LINE_END.test(value)) for (const line of value.split(LINE_END)) forms.add(line.trim());
  }
  return [...forms].filter(({ length }) => length >= MASKED_CHARACTERS_MIN).sort((a, b) => b.length - a.length);
}
