/**
 * True when a text holds a control character other than tab, line feed and carriage return. Such a character in a configuration is a slip
 * or an attack on a terminal, and U+0001 marks secret references.
 */
export function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) return true;
  }
  return false;
}
