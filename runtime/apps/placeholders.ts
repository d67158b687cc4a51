/** What is known of the app that is made. */
export interface AppWords {
  readonly name: string;
  readonly description: string;
}

/** `{{name}}` and its like; any other text in double braces stays as it is. */
const PLACEHOLDER = /\{\{(name|package|description)\}\}/g;

/** A paragraph of the description alone, with the empty line behind it. */
const PARAGRAPH = /^\{\{description\}\}\r?\n(?:\r?\n)?/gm;

/** Puts the app's words into a text: `{{name}}`, `{{package}}` (the name as npm accepts one) and `{{description}}`; one that is empty leaves no empty paragraph. */
export function fillText(text: string, words: AppWords): string {
  return (words.description === "" ? text.replace(PARAGRAPH, "") : text).replace(
    PLACEHOLDER,
    (_, word: "name" | "package" | "description") => (word === "package" ? packageName(words.name) : words[word]),
  );
}

/** The same for the path of a file, without the description, which could lead anywhere. */
export function fillPath(path: string, { name }: AppWords): string {
  return fillText(path, { name, description: "{{description}}" });
}

/** The same for a file: what is no UTF-8, or has a NUL, is no text and stays as it is. */
export function fillBytes(bytes: Uint8Array, words: AppWords): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.includes("{{") || buffer.includes(0)) return bytes;
  const text = decode(buffer);
  return text === null ? bytes : Buffer.from(fillText(text, words), "utf8");
}

/** Whether a text waits for one of the app's words. */
export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}

/** npm's names are of small letters and begin with a letter or a digit. */
export function packageName(name: string): string {
  return name.toLowerCase().replace(/^[-_]+/, "") || "app";
}

function decode(buffer: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(buffer);
  } catch {
    return null;
  }
}
