import type { ErrorCode } from "./catalogue.ts";

/** The error as it travels over HTTP and out of `--json`. */
export interface ErrorBody {
  readonly code: ErrorCode;
  /** One sentence that says what cannot be done and why; no final full stop. */
  readonly message: string;
  /** What the reader can do about it. */
  readonly hint?: string;
  /** Facts for programs, e.g. `lastLines`, `diagnostics`. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected failure, told to a person. Anything else that is thrown is a bug in Ghost. */
export class GhostError extends Error implements ErrorBody {
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, more: { hint?: string; details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "GhostError";
    this.code = code;
    if (more.hint !== undefined) this.hint = more.hint;
    if (more.details !== undefined) this.details = more.details;
  }

  /** The shape that goes over the wire. */
  body(): ErrorBody {
    const { code, message, hint, details } = this;
    return { code, message, ...(hint && { hint }), ...(details && { details }) };
  }
}
