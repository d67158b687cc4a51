/**
 * Splits a line as Python's `shlex.split` does, which supervisord uses: blanks separate, quotes group, a backslash escapes outside
 * quotes and before `"` and `\` within double ones. No character is an operator.
 */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (quote === "'" ? character !== "'" : quote === '"' && character !== '"' && character !== "\\") word = (word ?? "") + character;
    else if (character === "\\") {
      const next = line.charAt(++i);
      word = (word ?? "") + (quote === '"' && next !== '"' && next !== "\\" ? `\\${next}` : next);
    } else if (character === "'" || character === '"') {
      quote = quote === "" ? character : "";
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + character;
  }
  if (word !== null) words.push(word);
  return words;
}
