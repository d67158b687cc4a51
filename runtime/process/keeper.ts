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
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isSocket, openAll } from "./held-pipes.ts";
import { spawnKeeper } from "./keeper-shell.ts";
import { inheritableCopy } from "./replace-self.ts";

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
/** How long a dismissed keeper may take until it is gone, in ms: a program that takes the daemon's place must not find it among its children. */
const FAREWELL_MS = 1_000;
/** A keeper that dies, or that the system refuses, is replaced after this pause, so that a machine without room for processes is not stormed. In ms; */
const REPLACE_MS = 200;
/** while the system goes on refusing, the pause is doubled up to this. */
const REPLACE_MS_MAX = 5_000;
/** At an ordered end that another daemon is to follow, a keeper that the system refuses is tried so often. */
const CALLS_MAX = 10;

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

/** What the system refuses at the moment. */
export interface KeeperTrouble {
  /** False: no keeper is there at all. True: one is, and it does not hold everything that it should. */
  readonly stands: boolean;
  /** The system's own words. */
  readonly why: string;
}

export interface Keeper {
  /** Null while there is none. */
  readonly pid: number | null;
  /** Null while a keeper is there and holds everything, or is about to. */
  readonly trouble: KeeperTrouble | null;
  /** Called when a keeper was lost, and once when the system refuses another one again and again. */
  onTrouble: (kind: "keeper-lost" | "keeper-refused", text: string) => void;
  /** These FIFOs are to outlive the daemon; those of earlier calls that are still there, too. A moment later they do. */
  hold(fifos: readonly string[]): void;
  /** Listening sockets that the keeper before this one held; they stay open here, and are the caller's. */
  inheritedSockets(): readonly number[];
  /**
   * Exactly these sockets are to outlive the daemon. A moment later they do, and those of earlier calls are let go; `with-the-next`: only
   * once there is another reason for a new keeper.
   */
  holdSockets(descriptors: readonly number[], when?: "soon" | "with-the-next"): void;
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

/** Starts the keeper of this daemon. */
export function startKeeper(options: KeeperOptions): Keeper {
  return new ShellKeeper(options);
}

class ShellKeeper implements Keeper {
  onTrouble: Keeper["onTrouble"] = () => {};
  private readonly options: KeeperOptions;
  private readonly held = new Set<string>();
  /** Descriptors that the keeper before this one held, still open here. */
  private handedDown: readonly number[];
  private sockets: readonly number[];
  /** What is to be held has changed since the keeper that stands, and can wait for the next. */
  private socketsWait = false;
  private revivals: number;
  private pauseSeconds: number;
  private over = false;
  private child: ChildProcess | null = null;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private renewalMs = 0;
  /** How many attempts in a row came to nothing, or are about to show; why the last one did; whether somebody was told. */
  private attempts = 0;
  private refusal: string | null = null;
  private told = false;

  constructor(options: KeeperOptions) {
    this.options = options;
    this.handedDown = options.held;
    this.revivals = options.revivals;
    this.sockets = this.handedDown.filter(isSocket);
    this.handedDown = this.handedDown.filter((fd) => !this.sockets.includes(fd));
    this.pauseSeconds = pauseBeforeAnswer(options.revivals);
    this.renew();
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  get trouble(): KeeperTrouble | null {
    return this.refusal === null ? null : { stands: this.child !== null, why: this.refusal };
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

  holdSockets(descriptors: readonly number[], when: "soon" | "with-the-next" = "soon"): void {
    const isSame = descriptors.length === this.sockets.length && descriptors.every((fd) => this.sockets.includes(fd));
    this.sockets = [...descriptors];
    if (isSame && !this.socketsWait) return;
    this.socketsWait = when === "with-the-next";
    if (!this.socketsWait) this.renewSoon();
  }

  takeOver(fifos: readonly string[]): void {
    for (const fd of this.handedDown) closeSync(fd);
    this.handedDown = [];
    this.hold(fifos);
  }

  dismiss(): Promise<void> {
    return this.end("done");
  }

  async callNext(): Promise<void> {
    // What was to be held a moment later is held now: nobody would have it open any more.
    if (this.renewal !== undefined) this.renewNow();
    for (let call = 1; this.child === null && call <= CALLS_MAX; call += 1) {
      this.renew();
      if (this.child === null) await delay(REPLACE_MS);
    }
    await this.end("next");
  }

  async handOver(): Promise<readonly number[] | null> {
    const copies = this.everything()?.map(inheritableCopy) ?? [null];
    if (copies.includes(null)) return null;
    const { child } = this;
    const gone = child && once(child, "exit");
    await this.dismiss();
    if (child?.exitCode === null) await Promise.race([gone, delay(FAREWELL_MS, undefined, { ref: false })]);
    return copies.filter((copy) => copy !== null);
  }

  /** Null where there is no room to have all of it open. */
  private everything(): readonly number[] | null {
    try {
      return [...(this.handedDown.length > 0 ? this.handedDown : openAll(this.held)), ...this.sockets];
    } catch {
      return null;
    }
  }

  private renewSoon(): void {
    this.renewAfter(Math.min(HOLD_DELAY_MS_MAX, Math.max(HOLD_DELAY_MS_MIN, this.renewalMs * HOLD_DELAY_FACTOR)));
  }

  private renewAfter(delayMs: number): void {
    if (this.over) return;
    this.renewal ??= setTimeout(() => this.renew(), delayMs);
  }

  private renewNow(): void {
    clearTimeout(this.renewal);
    this.renew();
  }

  /**
   * The new one is there before the old one goes; should the daemon die between the two, only one next daemon gets the lock. Where the system refuses a new
   * one, the old one stays. If there is no old one either, one that holds nothing is better than none: it brings the next daemon all the same.
   */
  private renew(): void {
    this.renewal = undefined;
    if (this.over) return;
    const beganMs = performance.now();
    const old = this.child;
    this.attempts += 1;
    const next = this.startWithAll();
    if (next) [this.attempts, this.refusal, this.told, this.socketsWait] = [0, null, false, false];
    else this.renewAfter(Math.min(REPLACE_MS_MAX, REPLACE_MS * 2 ** (this.attempts - 1)));
    this.child = next ?? old ?? this.start([]);
    if (this.child !== old) old?.stdin?.end("done\n");
    this.renewalMs = performance.now() - beganMs;
  }

  /** The descriptors that were handed down serve until the FIFOs are known by their names. */
  private startWithAll(): ChildProcess | null {
    if (this.handedDown.length > 0) return this.start([...this.handedDown, ...this.sockets]);
    let fds: readonly number[] = [];
    try {
      fds = openAll(this.held);
      return this.start([...fds, ...this.sockets]);
    } catch (error) {
      this.noteRefusal(error as Error);
      return null;
    } finally {
      for (const fd of fds) closeSync(fd);
    }
  }
  /** Null when the system refuses it. */
  private start(held: readonly number[]): ChildProcess | null {
    const child = spawnKeeper(this.options, held);
    if (child.pid === undefined) {
      child.once("error", (error) => this.noteRefusal(error));
      return null;
    }
    child.once("exit", (code, signal) => this.lost(child, signal === null ? `ended with ${code}` : `was killed by ${signal}`));
    this.tell(child);
    return child;
  }

  private lost(child: ChildProcess, how: string): void {
    if (this.over || this.child !== child) return;
    this.child = null;
    clearTimeout(this.renewal);
    this.renewal = undefined;
    this.renewAfter(REPLACE_MS);
    this.onTrouble("keeper-lost", `the keeper (pid ${child.pid}) ${how}; another one takes its place`);
  }

  /** A refusal that is over at the next attempt is not worth a word. */
  private noteRefusal({ message }: Error): void {
    if (this.attempts === 0) return;
    this.refusal = message;
    if (this.attempts === 1 || this.told) return;
    this.told = true;
    this.onTrouble("keeper-refused", `cannot start another keeper, which is tried again and again: ${message}`);
  }

  private tell(child = this.child): void {
    child?.stdin?.write(`pause ${this.pauseSeconds}\nrevivals ${this.revivals + 1}\n`);
  }

  private end(word: "done" | "next"): Promise<void> {
    this.over = true;
    clearTimeout(this.renewal);
    return new Promise((resolve) => this.child?.stdin?.end(`${word}\n`, () => resolve()) ?? resolve());
  }
}

function pauseBeforeAnswer(revivals: number): number {
  return revivals === 0 ? 0 : Math.min(PAUSE_SECONDS_MAX, 2 ** (revivals - 1));
}
