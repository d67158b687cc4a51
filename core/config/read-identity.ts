import { type Field, readInteger, readScalar, readText, refuse } from "./fields.ts";

const NICE_MIN = -20;
const NICE_MAX = 19;
const UMASK_MAX = 0o777;

/** A user's or group's name, or its number as text. */
export function readAccount(field: Field): string | undefined {
  const text = readText(field);
  if (text === undefined || /^(\d+|[A-Za-z_][A-Za-z0-9_.-]*\$?)$/.test(text)) return text;
  return refuse(field, "it is neither a name nor a number", /^[^:]+:[^:]+$/.test(text) ? "write `user` and `group` apart" : undefined);
}

/**
 * A umask. Its digits are octal however they are written (`"022"`, `022`, `22`, `0o22`), as in a shell and in systemd: YAML 1.2 reads a bare
 * 022 as the number 22, and the text as written is what was meant. `18` (022 as a decimal number) holds no octal digits and is refused.
 */
export function readUmask(field: Field): number | undefined {
  const scalar = readScalar(field, "octal digits");
  if (!scalar) return undefined;
  const digits = /^(?:0o)?([0-7]{1,4})$/.exec(scalar.text)?.[1];
  if (digits === undefined) return refuse(field, "its digits must be octal", 'write it as "022"');
  const mask = Number.parseInt(digits, 8);
  return mask <= UMASK_MAX ? mask : refuse(field, "it must be at most 777", 'write it as "022"');
}

/** A priority, -20 to 19. */
export function readNice(field: Field): number | undefined {
  return readInteger(field, NICE_MIN, NICE_MAX);
}
