// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * True when a text holds a control character other than tab, line feed and carriage return. Such a character in a configuration is a slip
 * or an attack on a terminal, and U+0001 and U+0002 mark references to secrets and ports.
 */
export function hasControlCharacter(text: string): boolean {
  return CONTROL.test(text);
}
