import { hasControlCharacter } from "./control-characters.ts";

/** Longest name of a process or project, in characters. */
export const NAME_LENGTH_MAX = 64;

const NAME = /^[A-Za-z0-9_-]+$/;

/** What is wrong with a name, as the end of a sentence "cannot use … as a name: "; null when it is good. `all` stands for every process in commands. */
export function nameProblem(name: string): string | null {
  if (name === "") return "it is empty";
  if (name === "all") return "`all` is reserved: in commands it stands for every process";
  if (name.length > NAME_LENGTH_MAX) return `it is longer than ${NAME_LENGTH_MAX} characters`;
  if (!NAME.test(name)) return "a name has letters, digits, `-` and `_` only";
  return null;
}

/** The nearest valid name to any text (`My App/2` → `My-App-2`); `fallback` when nothing of it can be kept. */
export function sanitizeName(text: string, fallback = "default"): string {
  const name = text
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .slice(0, NAME_LENGTH_MAX)
    .replace(/^-+|-+$/g, "");
  return nameProblem(name) === null ? name : fallback;
}

/** What is wrong with the name of an environment variable, as the end of a sentence; null when it is good. */
export function variableNameProblem(name: string): string | null {
  if (name === "") return "the name is empty";
  return /[=\s]/.test(name) || hasControlCharacter(name) ? "the name of a variable has no blanks and no `=`" : null;
}
