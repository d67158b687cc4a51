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
    else if (/[huU]/.test(letter) && !isOfUser(unit))
      process.note(`${whole} is ${value} in units of the system; in those of a user it is the user's`);
    return value ?? whole;
  });
}

/** Whether a unit belongs to a user's own systemd, which is told by where it lies. */
export function isOfUser({ file }: Unit): boolean {
  return /\/systemd\/user\/[^/]+$/.test(file.path);
}

/** The folders of a user's units lie in the home, of which the path of the unit tells; `~` is for whole paths alone. */
function folderOfUser(letter: string, { file }: Unit): string | undefined {
  const home = /^(.+)\/\.(?:config|local\/share)\/systemd\/user\//.exec(file.path)?.[1];
  const below: Readonly<Record<string, string>> = {
    h: "",
    E: "/.config",
    C: "/.cache",
    S: "/.local/state",
    L: "/.local/state/log",
    T: "/tmp",
    V: "/var/tmp",
  };
  if (letter === "T" || letter === "V") return below[letter];
  return home === undefined || below[letter] === undefined ? undefined : home + below[letter];
}

function meaningOf(letter: string, unit: Unit): string | undefined {
  const { name, stem } = unit;
  const at = stem.indexOf("@");
  const instance = at === -1 ? "" : stem.slice(at + 1);
  if (letter === "%") return "%";
  if (letter === "n") return name;
  if (letter === "N") return stem;
  if (letter === "p" || letter === "P") return at === -1 ? stem : stem.slice(0, at);
  // A template has no instance yet.
  if (letter === "i" || letter === "I") return instance === "" ? undefined : instance;
  return isOfUser(unit) ? folderOfUser(letter, unit) : FOLDERS[letter];
}
