/**
 * The names under which SQLite sees files. Each open database is a folder of its own, `/N`, with the files `db`, `db-wal`
 * and `db-journal`, so that SQLite neither walks symbolic links nor meets its limit of 512 bytes a path. No other name leads to a file.
 */
import { dirname } from "node:path";

/** Files that SQLite makes beside a database; `-shm` is absent because exclusive mode keeps that index in memory. */
const SUFFIXES = ["", "-wal", "-journal"];
/** The only foreign file SQLite may read: its seed of randomness. */
const RANDOM = "/dev/urandom";

export class Names {
  private readonly real = new Map<string, string>([[RANDOM, RANDOM]]);
  private count = 0;

  /** Makes the file at `path` (absolute, symbolic links resolved) and its companions visible; returns the name for SQLite. */
  add(path: string): string {
    const folder = `/${++this.count}`;
    this.real.set(folder, dirname(path));
    for (const suffix of SUFFIXES) this.real.set(`${folder}/db${suffix}`, path + suffix);
    return `${folder}/db`;
  }

  /** Forgets what `add` returned. */
  remove(name: string): void {
    for (const suffix of SUFFIXES) this.real.delete(name + suffix);
    this.real.delete(name.slice(0, -"/db".length));
  }

  /** True of the folder that a database's files appear to be in. */
  isFolder(name: string): boolean {
    return name.lastIndexOf("/") === 0;
  }

  /** The real path, or undefined for what is none of ours. */
  resolve(name: string): string | undefined {
    return this.real.get(name);
  }
}
