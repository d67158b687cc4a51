/** One run of a namespace's process, seen from the hub: what was asked, what is answered, and what became of the rest when it ended. */
import { errorFrom } from "../../../core/errors/error-from.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { type PipedEnd, type PipedProcess, startPiped } from "../../process/piped-process.ts";
import { died, manner, tooLate, uncertain } from "./endings.ts";
import { Ask, encodeFrame, type Frame, FrameReader, type OpenOrder, Say } from "./frames.ts";
import type { SqlLimits } from "./limits.ts";

/** The body of an answer, or why there is none. */
export type Answer = string | GhostError;

export interface LinkRequest {
  readonly frame: Uint8Array;
  /** How long it may run, in ms. */
  readonly limitMs: number;
  /** How many processes died while it ran, or was about to. */
  deaths?: number;
  /** Called once, with what is true of it. */
  settle(answer: Answer): void;
}

export interface LinkOwner<R> {
  /** There is an answer, and room for another request. */
  onAnswered(): void;
  /** It ended otherwise than it should, e.g. `the process that ran it was ended by SIGKILL`. */
  onDeath(how: string): void;
  /** It is gone. `rest` are the requests that are to run on another, in their order. */
  onEnd(rest: R[], notOpened: NotOpened | null): void;
}

/** Why a process did not open its file. */
export interface NotOpened {
  readonly error: GhostError;
  /** True when it was killed before it could: the next may do better. */
  readonly isKilled: boolean;
}

/** A request runs once more after a death that it may have nothing to do with: nothing of it was kept. After so many it is taken for the cause. */
const DEATHS_MAX = 2;
/** Requests that are under way at a time, and their bytes: enough to keep the process busy and a commit shared. */
const UNDER_WAY_MAX = 64;
const UNDER_WAY_BYTES_MAX = 1_048_576;

export class SqlLink<R extends LinkRequest> {
  readonly pid: number;
  /** The file is open. */
  isOpen = false;
  private readonly server: PipedProcess;
  private readonly reader = new FrameReader();
  private readonly file: string;
  private readonly limits: SqlLimits;
  private readonly owner: LinkOwner<R>;
  /** What was sent and is not settled. The first of them have an answer in `held` already. */
  private requests: R[] = [];
  private bytes = 0;
  private held: Answer[] = [];
  private isCommitting = false;
  private openError: GhostError | null = null;
  /** When the request that runs now began to, at the latest. */
  private since = performance.now();
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** It was killed because something took too long. */
  private isLate = false;
  /** It has told that it ends by itself. */
  private isLeaving = false;
  /** It was told to end: how it does is no news. */
  private isClosing = false;
  private isOver = false;

  constructor(
    file: string,
    program: { readonly command: readonly string[]; readonly environment: Readonly<Record<string, string>> },
    limits: SqlLimits,
    owner: LinkOwner<R>,
  ) {
    this.file = file;
    this.limits = limits;
    this.owner = owner;
    this.server = startPiped([...program.command, "hub-sql", file], program.environment, {
      onAnswers: (chunk) => this.receive(chunk),
      onEnd: (end) => this.finish(end),
    });
    this.pid = this.server.pid;
    const { resultRowsMax, resultCharactersMax } = limits;
    const order: OpenOrder = { parentPid: process.pid, resultRowsMax, resultCharactersMax };
    this.server.send(encodeFrame(Ask.OPEN, JSON.stringify(order)));
    this.watch();
  }

  get isIdle(): boolean {
    return this.requests.length === 0;
  }

  get hasRoom(): boolean {
    if (this.isLate || this.isLeaving || this.isOver) return false;
    return this.requests.length === 0 || (this.requests.length < UNDER_WAY_MAX && this.bytes < UNDER_WAY_BYTES_MAX);
  }

  send(request: R): void {
    if (this.requests.length === this.held.length) this.since = performance.now();
    this.requests.push(request);
    this.bytes += request.frame.length;
    this.server.send(request.frame);
    this.watch();
  }

  /** Lets it answer what was sent, and end; it is killed when that takes too long. A later call with another limit counts. */
  close(limitMs = this.limits.closeMs): void {
    this.server.end();
    this.stopWatching();
    this.isClosing = true;
    this.timer = setTimeout(() => this.server.kill(), limitMs);
  }

  private receive(chunk: Buffer): void {
    const frames = this.reader.push(chunk);
    if (frames.length === 0) return;
    this.since = performance.now();
    for (const frame of frames) this.take(frame);
    this.owner.onAnswered();
  }

  private take({ kind, body }: Frame): void {
    switch (kind) {
      case Say.READY:
        this.isOpen = true;
        return;
      case Say.HELD_RESULT:
      case Say.HELD_ERROR:
        this.held.push(answerOf(kind === Say.HELD_RESULT, body));
        return;
      case Say.COMMITTING:
        this.isCommitting = true;
        return;
      case Say.COMMITTED:
        this.isCommitting = false;
        for (const answer of this.held.splice(0)) this.settle(answer);
        return;
      case Say.LEAVING:
        this.isLeaving = true;
        return;
      case Say.UNDONE:
        this.isCommitting = false;
        this.held = [];
        return;
      default:
        this.isCommitting = false;
        if (this.isOpen) this.settle(answerOf(kind === Say.RESULT, body));
        else this.openError = answerOf(false, body) as GhostError;
    }
  }

  private settle(answer: Answer): void {
    const request = this.requests.shift();
    this.bytes -= request?.frame.length ?? 0;
    request?.settle(answer);
  }

  /** One timer looks now and then whether what runs has taken too long: setting one for each request would cost more. */
  private watch(): void {
    this.timer ??= setTimeout(
      () => {
        this.timer = null;
        void this.look();
      },
      Math.max(1, this.dueAt() - performance.now()),
    );
  }

  private stopWatching(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private dueAt(): number {
    const { openMs, statementMs } = this.limits;
    const limitMs = this.isOpen ? (this.requests[this.held.length]?.limitMs ?? statementMs) : openMs;
    // Another request may run by the time that this one would have been too long.
    return Math.min(this.since + limitMs, performance.now() + Math.min(statementMs, openMs));
  }

  private async look(): Promise<void> {
    // This loop itself may have been busy: what lies in the pipe is read first.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (this.isOver || (this.isOpen && this.requests.length === 0)) return;
    const limitMs = this.isOpen ? (this.requests[this.held.length]?.limitMs ?? this.limits.statementMs) : this.limits.openMs;
    if (performance.now() - this.since < limitMs) return this.watch();
    this.isLate = true;
    this.server.kill();
  }

  private finish(end: PipedEnd): void {
    this.isOver = true;
    this.stopWatching();
    if (end.code !== 0 && !this.isClosing) this.owner.onDeath(this.isLate ? `${manner(end)}, because it took too long` : manner(end));
    if (this.isOpen && this.isCommitting) this.settleCommitting(end);
    else if (this.isOpen && !this.isLeaving) this.settleRunning(end);
    this.owner.onEnd(this.requests, this.isOpen ? null : this.whyNotOpen(end));
  }

  private whyNotOpen(end: PipedEnd): NotOpened {
    if (this.openError) return { error: this.openError, isKilled: false };
    const why = this.isLate ? `it took longer than ${this.limits.openMs} ms` : manner(end);
    const error = new GhostError("DATABASE_FAILED", `cannot open ${this.file}: ${why}`);
    return { error, isKilled: end.signal !== null && !this.isLate };
  }

  private settleCommitting(end: PipedEnd): void {
    const how = this.isLate ? "its commit took too long" : manner(end);
    for (const request of this.requests.splice(0, Math.max(1, this.held.length))) request.settle(uncertain(how));
  }

  /** What was held is as if it had not run, and so is what was running. */
  private settleRunning(end: PipedEnd): void {
    const running = this.requests[this.held.length];
    if (!running || (!this.isLate && !isCause(running))) return;
    this.requests.splice(this.held.length, 1);
    running.settle(this.isLate ? tooLate(running.limitMs) : died(manner(end), DEATHS_MAX));
  }
}

/** Counts the death of a process against the request that ran, and tells whether it is to be taken for the cause. */
function isCause(request: LinkRequest): boolean {
  request.deaths = (request.deaths ?? 0) + 1;
  return request.deaths >= DEATHS_MAX;
}

function answerOf(isResult: boolean, body: Buffer): Answer {
  const text = body.toString("utf8");
  return isResult ? text : errorFrom(JSON.parse(text));
}
