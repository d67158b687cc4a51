/**
 * The keeper: a `/bin/sh` of about 1 MB that blocks on a pipe whose other end the daemon holds. When the daemon dies,
 * however it dies, the pipe closes and the keeper becomes the next daemon. An ordered end says so first. If the keeper
 * dies, the daemon starts another.
 *
 * It also holds the processes' FIFOs open. A pipe that nobody has open loses what waits in it: the last words of a process
 * that ends while no daemon is there to read them. The shell inherits the descriptors, and so does the next daemon, which
 * hands them on to its own keeper at once, reads on by the FIFOs' names and then lets go of them (`takeOver`). Listening
 * sockets have no name to be opened by again: they are handed from daemon to keeper to daemon and stay open.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { inheritableCopy } from "./replace-self.ts";
import { rememberRuntimeChild } from "./spawn.ts";

/** The pause before the next daemon when one dies before it ever answered, in seconds: 0, 1, then doubled, up to this. */
const PAUSE_SECONDS_MAX = 30;
/** So many daemons that had answered are followed at once; the next ones after `PAUSE_ANSWERED_SECONDS`, because 2 s is the promise. */
const AT_ONCE_MAX = 3;
const PAUSE_ANSWERED_SECONDS = 1;
/** A daemon that lived so long died of something else, in ms. */
const STABLE_MS = 60_000;
/** FIFOs that appear within this time are given to one new keeper, in ms: so long at least, */
const HOLD_DELAY_MS_MIN = 5;
/** so long at most, */
const HOLD_DELAY_MS_MAX = 500;
/** and so many times what the renewal before took, so that a thousand starts are not slowed by keepers that each know a few more. */
const HOLD_DELAY_FACTOR = 10;
/** Descriptors 0, 1 and 2 are a keeper's own; those it holds follow. */
export const FIRST_HELD = 3;
/** How long a dismissed keeper may take until it is gone, in ms: a program that takes the daemon's place must not find it among its children. */
const FAREWELL_MS = 1_000;
/** A keeper that dies is replaced after this pause, so that a machine without room for processes is not stormed. In ms. */
const REPLACE_MS = 200;

export interface KeeperOptions {
  /** Program and arguments of the next daemon. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** How many daemons in a row died young before this one; from GHOST_REVIVALS. */
  readonly revivals: number;
  /** Descriptors of the FIFOs that were held before: this keeper holds them from its first moment, so that a daemon that is killed at once loses nothing either. */
  readonly held: readonly number[];
  /** An open descriptor for what the shell and a daemon that cannot start have to say. */
  readonly stderr: number;
  /** A daemon that answered for so long is followed as the first one is, in ms; default a minute. */
  readonly stableMs?: number;
}

export interface Keeper {
  readonly pid: number | null;
  /** These FIFOs are to outlive the daemon; those of earlier calls that are still there, too. A moment later they do. */
  hold(fifos: readonly string[]): void;
  /** Listening sockets that the keeper before this one held; they stay open here, and are the caller's. */
  inheritedSockets(): readonly number[];
  /** Exactly these sockets are to outlive the daemon. A moment later they do, and those of earlier calls are let go. */
  holdSockets(descriptors: readonly number[]): void;
  /** All logs are read on: these FIFOs take the place of the descriptors that the keeper before this one held. Call it once. */
  takeOver(fifos: readonly string[]): void;
  /** The daemon answers now: from here on its death is no failure to start. */
  answering(): void;
  /** The daemon ends on purpose: nobody is to come after it. */
  dismiss(): Promise<void>;
  /** The daemon ends on purpose: the next one comes at once. */
  callNext(): Promise<void>;
  /** The daemon is about to become another program, with the same pid: gives descriptors of all that was held, for that program to inherit, and ends the keeper. Null where nothing can be inherited so. */
  handOver(): Promise<readonly number[] | null>;
}

/** What the daemon tells its keeper, a line each: `pause N` and `revivals N` set what comes after its death, `done` and `next` announce it. */
const SCRIPT = `
while read -r word value; do
  case "$word" in
    done) exit 0 ;;
    next) PAUSE=0 GHOST_REVIVALS=0; break ;;
    pause) PAUSE=$value ;;
    revivals) GHOST_REVIVALS=$value ;;
  esac
done
[ "$PAUSE" = 0 ] || sleep "$PAUSE"
exec "$@" </dev/null`;

/** Starts the keeper of this daemon. */
export function startKeeper(options: KeeperOptions): Keeper {
  return new ShellKeeper(options);
}

class ShellKeeper implements Keeper {
  private readonly options: KeeperOptions;
  private readonly held = new Set<string>();
  /** Descriptors that the keeper before this one held, still open here. */
  private handedDown: readonly number[];
  private sockets: readonly number[];
  private revivals: number;
  private pauseSeconds: number;
  private over = false;
  private child: ChildProcess;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private renewalMs = 0;

  constructor(options: KeeperOptions) {
    this.options = options;
    this.handedDown = options.held;
    this.revivals = options.revivals;
    this.sockets = this.handedDown.filter(isSocket);
    this.handedDown = this.handedDown.filter((fd) => !this.sockets.includes(fd));
    this.pauseSeconds = pauseBeforeAnswer(options.revivals);
    this.child = this.start();
  }

  get pid(): number | null {
    return this.child.pid ?? null;
  }

  answering(): void {
    this.pauseSeconds = this.revivals < AT_ONCE_MAX ? 0 : PAUSE_ANSWERED_SECONDS;
    this.tell();
    // A daemon that has become old has nothing to do with its forebears; who comes after it still comes after one that died.
    setTimeout(() => {
      [this.revivals, this.pauseSeconds] = [0, 0];
      this.tell();
    }, this.options.stableMs ?? STABLE_MS).unref();
  }

  hold(fifos: readonly string[]): void {
    const before = this.held.size;
    for (const fifo of fifos) this.held.add(fifo);
    if (this.held.size > before) this.renewSoon();
  }

  inheritedSockets(): readonly number[] {
    return this.sockets;
  }

  holdSockets(descriptors: readonly number[]): void {
    const isSame = descriptors.length === this.sockets.length && descriptors.every((fd) => this.sockets.includes(fd));
    this.sockets = [...descriptors];
    if (!isSame) this.renewSoon();
  }

  takeOver(fifos: readonly string[]): void {
    for (const fd of this.handedDown) closeSync(fd);
    this.handedDown = [];
    this.hold(fifos);
  }

  dismiss(): Promise<void> {
    return this.end("done");
  }

  callNext(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) this.child = this.start();
    return this.end("next");
  }

  async handOver(): Promise<readonly number[] | null> {
    const fifos = this.handedDown.length > 0 ? this.handedDown : openAll(this.held);
    const copies = [...fifos, ...this.sockets].map(inheritableCopy);
    if (copies.includes(null)) return null;
    const gone = once(this.child, "exit");
    await this.dismiss();
    if (this.child.exitCode === null) await Promise.race([gone, delay(FAREWELL_MS, undefined, { ref: false })]);
    return copies.filter((copy) => copy !== null);
  }

  private renewSoon(): void {
    const delayMs = Math.min(HOLD_DELAY_MS_MAX, Math.max(HOLD_DELAY_MS_MIN, this.renewalMs * HOLD_DELAY_FACTOR));
    this.renewal ??= setTimeout(() => this.renew(), delayMs);
  }

  /** The new one is there before the old one goes; should the daemon die between the two, only one next daemon gets the lock. */
  private renew(): void {
    this.renewal = undefined;
    if (this.over) return;
    const beganMs = performance.now();
    const old = this.child;
    this.child = this.start();
    old.stdin?.end("done\n");
    this.renewalMs = performance.now() - beganMs;
  }

  /** The descriptors that were handed down serve until the FIFOs are known by their names. */
  private start(): ChildProcess {
    const handedDown = this.handedDown.length > 0;
    const fds = handedDown ? this.handedDown : openAll(this.held);
    const child = spawnKeeper(this.options, [...fds, ...this.sockets]);
    if (!handedDown) for (const fd of fds) closeSync(fd);
    child.once("exit", () => setTimeout(() => this.replace(child), REPLACE_MS).unref());
    this.tell(child);
    return child;
  }

  private replace(dead: ChildProcess): void {
    if (!this.over && this.child === dead) this.child = this.start();
  }

  private tell(child = this.child): void {
    child.stdin?.write(`pause ${this.pauseSeconds}\nrevivals ${this.revivals + 1}\n`);
  }

  private end(word: "done" | "next"): Promise<void> {
    this.over = true;
    clearTimeout(this.renewal);
    return new Promise((resolve) => this.child.stdin?.end(`${word}\n`, () => resolve()) ?? resolve());
  }
}

/** A descriptor that is not open is none. */
function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

/** Opens FIFOs without waiting for anybody at the other end; those that are gone are forgotten. */
function openAll(fifos: Set<string>): number[] {
  const fds: number[] = [];
  for (const fifo of fifos) {
    try {
      fds.push(openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
    } catch {
      fifos.delete(fifo);
    }
  }
  return fds;
}

function pauseBeforeAnswer(revivals: number): number {
  return revivals === 0 ? 0 : Math.min(PAUSE_SECONDS_MAX, 2 ** (revivals - 1));
}

function spawnKeeper({ command, environment, directory, stderr }: KeeperOptions, held: readonly number[]): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "ghost-keeper", ...command], {
    argv0: "ghost-keeper",
    cwd: directory,
    detached: true,
    // Until it hears more: the daemon may die before it can say a word.
    env: { ...environment, PAUSE: "1", GHOST_REVIVALS: "1", GHOST_HELD: String(held.length) },
    stdio: ["pipe", "ignore", stderr, ...held],
  });
  rememberRuntimeChild(child);
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  return child;
}
