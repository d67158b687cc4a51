import type { DraftProcess } from "./draft.ts";
import type { Unit } from "./unit-file.ts";

/** systemd's own folders, for units of the system. */
const FOLDERS: Readonly<Record<string, string>> = {
  t: "/run",
  S: "/var/lib",
  C: "/var/cache",
  L: "/var/log",
  E: "/etc",
  T: "/tmp",
  V: "/var/tmp",
  h: "/root",
  u: "root",
  U: "0",
};

/** Fills `%n`, `%i` and the like in as far as the unit alone tells; `%%` is a percent sign. What is not known stays, and is noted. */
export function fillSpecifiers(text: string, unit: Unit, process: DraftProcess): string {
  return text.replace(/%(.)/g, (whole, letter: string) => {
    const value = meaningOf(letter, unit);
    if (value === undefined)
      process.note(`${whole} could not be filled in${/[iIjJ]/.test(letter) ? ": it is a part of the name of an instance" : ""}`);
    return value ?? whole;
  });
}

function meaningOf(letter: string, { name, stem }: Unit): string | undefined {
  const at = stem.indexOf("@");
  const instance = at === -1 ? "" : stem.slice(at + 1);
  if (letter === "%") return "%";
  if (letter === "n") return name;
  if (letter === "N") return stem;
  if (letter === "p" || letter === "P") return at === -1 ? stem : stem.slice(0, at);
  // A template has no instance yet.
  if (letter === "i" || letter === "I") return instance === "" ? undefined : instance;
  return FOLDERS[letter];
}
