import { existsSync } from "node:fs";

/** Where nothing but new files was seen yet, one of them may be a temporary one: what comes of it is waited for so long, in ms. */
const NEW_FILE_MS = 100;
/** New files that are remembered; of more, the oldest are taken for old ones. */
const NEW_FILES_MAX = 1_000;

/** The events of chokidar that are about files. */
export type FileEvent = "add" | "change" | "unlink";

/**
 * What changed since the last restart, and which of it is worth a word. `sed -i` and editors write a temporary file and rename it: that it came is no change, and that it
 * went is told later than what took its place, and no change either.
 */
export class FileChanges {
  /** Files that came, and how they were when it was last looked. */
  private readonly news = new Map<string, "unseen" | "there" | "gone">();
  private readonly changed = new Map<string, FileEvent>();

  /** How long nothing may change before a restart, in ms, where the policy says `debounceMs`. */
  pauseMs(debounceMs: number): number {
    const onlyNew = [...this.changed.values()].every((event) => event === "add");
    return onlyNew ? Math.max(debounceMs, NEW_FILE_MS) : debounceMs;
  }

  /** False where this is no change. */
  note(event: FileEvent, file: string): boolean {
    if (event === "add") this.noteNew(file);
    const state = this.news.get(file);
    if (event === "unlink") this.news.delete(file);
    if (event === "unlink" && (state === "unseen" || state === "gone")) {
      this.changed.delete(file);
      return false;
    }
    // A new file that is written to is still a new one.
    if (this.changed.get(file) !== "add") this.changed.set(file, event);
    return true;
  }

  /** The file that is to be named, one that is there before one that went, and a new beginning; null where only temporary files came. */
  take(exists: (file: string) => boolean = existsSync): string | null {
    const files = [...this.changed];
    this.changed.clear();
    for (const file of this.news.keys()) this.news.set(file, exists(file) ? "there" : "gone");
    const [named] = files.find(([file]) => exists(file)) ?? files.find(([, event]) => event !== "add") ?? [];
    return named ?? null;
  }

  private noteNew(file: string): void {
    this.news.set(file, "unseen");
    const [oldest] = this.news.keys();
    if (this.news.size > NEW_FILES_MAX && oldest !== undefined) this.news.delete(oldest);
  }
}
