import { NAME_LENGTH_MAX, sanitizeName } from "../config/names.ts";
import type { DraftProcess } from "./draft.ts";

/** Gives each name of another tool's file a good name that nobody else in the file has. Processes and groups share one book. */
export class NameBook {
  private readonly given = new Map<string, string>();
  private readonly taken = new Set<string>();

  /** The name for `original`, always the same one for the same original. */
  nameFor(original: string): string {
    const known = this.given.get(original);
    if (known !== undefined) return known;
    const name = this.free(sanitizeName(original, "process"));
    this.given.set(original, name);
    this.taken.add(name);
    return name;
  }

  private free(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.taken.has(name); n++) name = `${wanted.slice(0, NAME_LENGTH_MAX - 5)}-${n}`;
    return name;
  }
}

/** Tells, at a process, that the other tool called it otherwise. */
export function noteRename(process: DraftProcess, called: string): void {
  if (process.name !== called) process.note(`called ${called} there: a name has letters, digits, - and _, and is not \`all\``);
}
