import { closeSync, lstatSync, rmSync } from "node:fs";
import { addressIdOf, closeListener, copyDescriptor, openPathListener, pathId } from "../net/sockets.ts";

/** The descriptor by which a program has the listener that was handed down to it (sd_listen_fds(3)). */
const HANDED_DOWN = 3;

/**
 * The socket of a process of Ghost's own, at a path. Other than the listeners of `listen` it does not end when the process rests: whoever connects then is
 * what the process is started for.
 */
export class OwnListener {
  readonly path: string;
  /** Whose it is: `project/name`. */
  readonly key: string;
  /** Null while it is not open, or the process has it alone. */
  fd: number | null = null;
  /** Why it could not be opened; null: it could, or was not tried. */
  problem: Error | null = null;

  /** Called before anything is started that may want to connect. */
  readonly onNeed: () => void;

  constructor(key: string, path: string, onNeed: () => void) {
    this.key = key;
    this.path = path;
    this.onNeed = onNeed;
  }

  /** What the last daemon left, if its path still leads to it: of a keeper (`inherited`, by address) or of the process itself. True when it is taken. */
  takeBack(inherited: Map<string, number>, pid: number | null): boolean {
    if (this.fd !== null) return true;
    const id = pathId(this.path);
    const left = inherited.get(id) ?? null;
    inherited.delete(id);
    const found = left ?? (pid === null ? null : this.copyFrom(pid));
    if (found !== null && !this.isInPlace()) closeSync(found);
    else this.fd = found;
    return this.fd !== null;
  }

  /** Opens it unless it is open. False where that cannot be; `problem` says why. */
  open(): boolean {
    if (this.fd !== null) return true;
    try {
      this.fd = openPathListener(this.path);
      this.problem = null;
    } catch (error) {
      this.problem = error as Error;
    }
    return this.fd !== null;
  }

  /** Ends it for all who have it: whoever connects is refused. */
  close(): void {
    if (this.fd === null) return;
    closeListener(this.fd);
    this.fd = null;
    rmSync(this.path, { force: true });
  }

  /** Its path was removed, and nobody finds it any more: gives it up, without an end for those who have it. */
  abandon(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  /** Whether a socket is at the path. */
  isInPlace(): boolean {
    return lstatSync(this.path, { throwIfNoEntry: false })?.isSocket() ?? false;
  }

  private copyFrom(pid: number): number | null {
    const copy = copyDescriptor(pid, HANDED_DOWN);
    if (copy === null || addressIdOf(copy) === pathId(this.path)) return copy;
    closeSync(copy);
    return null;
  }
}
