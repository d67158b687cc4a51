import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { readProcess } from "../process/table.ts";
import { openLibc } from "../system/native.ts";

/** flock(2): exclusive, and do not wait. */
const LOCK_EX = 2;
const LOCK_NB = 4;

const libc = openLibc({ flock: { args: ["i32", "i32"], returns: "i32" } });

/** Held while this process lives: the kernel lets go when it dies, however it dies. */
export interface Lock {
  /** True when whoever had it before gave it back, false when they died with it. */
  readonly givenBack: boolean;
  /** True when there was no file: nobody had it yet, or its name was removed under whoever had it. */
  readonly isNew: boolean;
  /** Makes the file anew, and locked, where its name was removed. */
  restore(): void;
  release(): void;
}

/**
 * Takes the one lock of a home, or gives null when another daemon has it. Under Bun that is flock(2); without FFI a
 * folder that names its owner by pid and start time, taken over when the owner is gone.
 */
export function takeLock(path: string): Lock | null {
  return libc ? takeFlock(path) : takeDirectory(`${path}.d`);
}

/** The pid of the daemon that has the lock; null when nobody has. Takes nothing, so that it is in no daemon's way. */
export function lockOwner(path: string): number | null {
  const ofFolder = readOwner(`${path}.d`);
  if (ofFolder !== undefined && isOwnerAlive(ofFolder)) return Number.parseInt(ofFolder, 10);
  const pid = pidIn(path);
  const entry = pid === null ? undefined : readProcess(pid);
  return entry !== undefined && entry.state !== "Z" && hasOpen(entry.pid, path) ? pid : null;
}

function pidIn(path: string): number | null {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10) || null;
  } catch {
    return null;
  }
}

/** False of one that merely has the pid of a daemon that died. Where descriptors cannot be read the pid has to do. */
function hasOpen(pid: number, path: string): boolean {
  try {
    const real = realpathSync(path);
    return readdirSync(`/proc/${pid}/fd`).some((fd) => targetOf(`/proc/${pid}/fd/${fd}`) === real);
  } catch {
    return true;
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** Bytes of the file: always as many, so that on a full disk an owner can be replaced by another. */
const OWNER_BYTES = 16;

function takeFlock(path: string): Lock | null {
  const isNew = !existsSync(path);
  let fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  if (libc?.call.flock(fd, LOCK_EX | LOCK_NB) !== 0) {
    closeSync(fd);
    return null;
  }
  const givenBack = readFileSync(path, "utf8").trim() === "";
  const write = (text: string): void => void writeSync(fd, `${text.padEnd(OWNER_BYTES - 1)}\n`, 0);
  write(String(process.pid));
  return {
    givenBack,
    isNew,
    restore() {
      if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return;
      const again = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      // One that has just come has this lock, and is kept out by that on the state.
      if (libc?.call.flock(again, LOCK_EX | LOCK_NB) !== 0) return closeSync(again);
      closeSync(fd);
      fd = again;
      write(String(process.pid));
    },
    release() {
      write("");
      closeSync(fd);
    },
  };
}

const OWNER_FILE = "owner";

function takeDirectory(path: string): Lock | null {
  const me = `${process.pid} ${readProcess(process.pid)?.startTicks ?? 0}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (makeOwned(path, me))
      return {
        givenBack: attempt === 0,
        isNew: false,
        restore: () => void makeOwned(path, me),
        release: () => rmSync(path, { recursive: true, force: true }),
      };
    const owner = readOwner(path);
    if (owner === undefined || isOwnerAlive(owner)) return null;
    discard(path, owner);
  }
  return null;
}

/** The folder appears together with its owner's name: it is filled aside and renamed into place, which fails if one is there. */
function makeOwned(path: string, owner: string): boolean {
  const aside = `${path}.${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { mode: 0o700 });
  writeFileSync(join(aside, OWNER_FILE), owner);
  try {
    renameSync(aside, path);
    return true;
  } catch {
    rmSync(aside, { recursive: true, force: true });
    return false;
  }
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(join(path, OWNER_FILE), "utf8");
  } catch {
    return undefined;
  }
}

function isOwnerAlive(owner: string): boolean {
  const [pid, startTicks] = owner.split(" ").map(Number);
  const entry = readProcess(pid ?? 0);
  // A zombie only waits for its parent to take notice.
  return entry !== undefined && entry.startTicks === startTicks && entry.state !== "Z";
}

/** Moves a dead owner's folder away; if another one took its place meanwhile, that one is put back. */
function discard(path: string, deadOwner: string): void {
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readOwner(aside) !== deadOwner) {
    try {
      renameSync(aside, path);
      return;
    } catch {
      // A third one was quicker; the lock is its.
    }
  }
  rmSync(aside, { recursive: true, force: true });
}
