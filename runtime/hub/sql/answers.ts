/** The process's answers on their way to the hub. */
import { writeSync } from "node:fs";
import type { GhostError } from "../../../core/errors/ghost-error.ts";
import { encodeFrame, Say } from "./frames.ts";

/** Where answers go. */
export interface AnswerSink {
  say(kind: number, body?: string): void;
  error(error: GhostError, kind?: number): void;
  /** Lets go what was said. */
  flush(): void;
}

/**
 * Answers are written together, at the latest before anything that may take long: then the hub, which may have to end this process, knows
 * what it was doing.
 */
export class Answers implements AnswerSink {
  private frames: Buffer[] = [];
  private readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  say(kind: number, body = ""): void {
    this.frames.push(encodeFrame(kind, body));
  }

  error(error: GhostError, kind: number = Say.ERROR): void {
    this.say(kind, JSON.stringify(error.body()));
  }

  /** Waits until the hub took all. Throws EPIPE when it is gone. */
  flush(): void {
    if (this.frames.length === 0) return;
    const bytes = this.frames.length === 1 ? (this.frames[0] as Buffer) : Buffer.concat(this.frames);
    this.frames = [];
    for (let written = 0; written < bytes.length; ) written += writeSync(this.fd, bytes, written);
  }
}
