/** Marks a reference to a port inside a string, as `secrets.ts` marks one to a secret; YAML text cannot contain it. */
const MARK = "\u0002";
// biome-ignore lint/suspicious/noControlCharactersInRegex: the mark is a control character so that no text can forge it.
const REFERENCE = /\u0002([^\u0002]*)\u0002/g;

/** The text that stands for `${ports.NAME}` inside a definition: the number is the daemon's to choose. */
export function portReference(name: string): string {
  return MARK + name + MARK;
}

/** The names of all ports that a text refers to. */
export function portsIn(text: string): string[] {
  return text.includes(MARK) ? [...text.matchAll(REFERENCE)].map((match) => match[1] ?? "") : [];
}

/** Fills the numbers in; `numbers` by name. A port without a number becomes 0, which no one listens on. */
export function revealPorts(text: string, numbers: Readonly<Record<string, number>>): string {
  return text.includes(MARK) ? text.replace(REFERENCE, (_, name: string) => String(numbers[name] ?? 0)) : text;
}

/** The text as people wrote it. */
export function showPortReferences(text: string): string {
  return text.includes(MARK) ? text.replace(REFERENCE, (_, name: string) => `\${ports.${name}}`) : text;
}

/** The text with what stands before, between and behind its references changed; parts that are empty are left. */
export function mapBetweenPorts(text: string, change: (part: string) => string): string {
  // Marks come in pairs: every second part is the name of a port.
  const parts = text.split(MARK);
  return parts.map((part, index) => (index % 2 === 1 ? portReference(part) : part === "" ? "" : change(part))).join("");
}

/** The text with each reference changed to another one; null leaves it. */
export function renamePorts(text: string, rename: (name: string) => string | null): string {
  if (!text.includes(MARK)) return text;
  return text.replace(REFERENCE, (reference, name: string) => {
    const other = rename(name);
    return other === null ? reference : portReference(other);
  });
}
