/**
 * For build.ts: what a class keeps to itself is called by one letter in `dist/sdk`, and by the same letters in every class, which is what gzip likes.
 * TypeScript holds that nobody else asks for it; what is written in a way that this does not understand keeps its name.
 */

const PRIVATE = "(?:private (?:readonly |async |get |set |static |\\*)*)";
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g;
/** In the order in which esbuild's names of variables are frequent: whatever stands often need not be told apart. */
const LETTERS = [..."tesirnahlcdufmbgopwvkyxqzjABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Classes that apps extend: what they add must not meet a letter. */
const EXTENDED = /[\\/]sdk[\\/](?:app|health)\.ts$/;
/** One that extends another has its members, too. */
const INHERITS = /\bextends (?!Error\b)\w+(?:<[^{\n]*>)?(?: implements [^{\n]*)? \{/;

/** A source file with shorter names; they go to the most frequent first. */
export function withShortPrivates(path: string, text: string): string {
  const code = text.replace(COMMENTS, "");
  if (EXTENDED.test(path) || INHERITS.test(code)) return text;
  const declared = [...code.matchAll(new RegExp(`^ +${PRIVATE}(\\w+)`, "gm"))].map(([, name = ""]) => name);
  const names = [...new Set(declared)].filter((name) => name !== "constructor" && isOfThisAlone(code, name));
  const byUse = names
    .map((name) => ({ name, uses: code.split(new RegExp(`\\bthis\\.${name}\\b`)).length }))
    .sort((a, b) => b.uses - a.uses);
  const letters = LETTERS.filter((letter) => !isMember(code, letter));
  return byUse.reduce((rest, { name }, index) => renamed(rest, name, letters[index] ?? name), text);
}

/** Whether each member of that name in the file is this class's own. */
function isOfThisAlone(code: string, name: string): boolean {
  const ofAnother = `(?<!\\bthis|\\.\\.)\\??\\.${name}\\b`;
  const declaredOpenly = `^ +(?!private )(?:readonly |async |get |set |static |override )*${name}\\b\\??[:(<]`;
  return !new RegExp(`${ofAnother}|${declaredOpenly}`, "m").test(code);
}

function isMember(code: string, letter: string): boolean {
  return new RegExp(`(?:\\.|[ {,(])${letter}\\b\\??[:(.,} ]`).test(code);
}

function renamed(text: string, name: string, letter: string): string {
  return text
    .replace(new RegExp(`^( +${PRIVATE})${name}\\b`, "gm"), `$1${letter}`)
    .replace(new RegExp(`\\bthis(\\??)\\.${name}\\b`, "g"), `this$1.${letter}`)
    .replace(/\{[^{}]*\} = this\b(?!\.)/g, (list) => renamedIn(list, name, letter));
}

/** In `{ a, b: c } = this`, where what has no name of its own takes the member's. */
function renamedIn(list: string, name: string, letter: string): string {
  return list.replace(new RegExp(`([{,] )${name}\\b(:?)`), (_, before: string, colon: string) => before + letter + (colon || `: ${name}`));
}
