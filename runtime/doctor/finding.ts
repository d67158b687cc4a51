/** One thing that was looked at. */
export interface Finding {
  /** `problem`: something does not work; `warning`: it will, sooner or later, or works with less; `good`: nothing to do. */
  readonly grade: "good" | "warning" | "problem";
  /** e.g. `home`, `socket`, `limits`. */
  readonly subject: string;
  /** What is so, in one sentence without its full stop. */
  readonly message: string;
  /** The remedy; absent where nothing is to be done. */
  readonly hint?: string;
}

/** A finding that needs nobody. */
export function good(subject: string, message: string): Finding {
  return { grade: "good", subject, message };
}

/** A finding that somebody should know. */
export function warning(subject: string, message: string, hint: string): Finding {
  return { grade: "warning", subject, message, hint };
}

/** A finding that keeps Ghost from working. */
export function problem(subject: string, message: string, hint: string): Finding {
  return { grade: "problem", subject, message, hint };
}
