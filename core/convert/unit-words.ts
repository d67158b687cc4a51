const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  s: " ",
  ";": ";",
  "\\": "\\",
  '"': '"',
  "'": "'",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** Splits a value as systemd does: blanks separate, quotes group where a word begins, C's escapes hold within and without. */
export function unitWords(value: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < value.length) {
    if (/\s/.test(value.charAt(at))) at++;
    else {
      const [word, end] = readWord(value, at);
      words.push(word);
      at = end;
    }
  }
  return words;
}

function readWord(value: string, from: number): [word: string, end: number] {
  let word = "";
  let quote = "";
  let at = from;
  for (; at < value.length; at++) {
    const character = value.charAt(at);
    if (character === "\\") {
      const [text, length] = readEscape(value.slice(at + 1));
      word += text;
      at += length;
    } else if (quote === "" && /\s/.test(character)) break;
    else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
    else word += character;
  }
  return [word, at];
}

function readEscape(rest: string): [text: string, length: number] {
  const hex = /^x([0-9a-fA-F]{2})/.exec(rest)?.[1];
  if (hex !== undefined) return [String.fromCharCode(Number.parseInt(hex, 16)), 3];
  const character = rest.charAt(0);
  return [ESCAPES[character] ?? `\\${character}`, character === "" ? 0 : 1];
}
