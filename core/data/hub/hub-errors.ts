import type { AbortSignal } from "../../errors/abort-signal.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { GhostError } from "../../errors/ghost-error.ts";

/** The first words of the hub's error replies, where they are no codes of the catalogue themselves. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  WRONGTYPE: "WRONG_TYPE",
  NOAUTH: "UNAUTHORIZED",
  WRONGPASS: "UNAUTHORIZED",
  NOPERM: "UNAUTHORIZED",
  DENIED: "UNAUTHORIZED",
  NAMESPACE: "UNAUTHORIZED",
  TIMEOUT: "SQL_TIMEOUT",
  SQL: "SQL_FAILED",
  TX: "TRANSACTION_ENDED",
  LIMIT: "LIMIT_EXCEEDED",
  OOM: "LIMIT_EXCEEDED",
  MISCONF: "NO_SPACE",
  NOSPACE: "NO_SPACE",
  LOADING: "HUB_UNREACHABLE",
  TRYAGAIN: "HUB_UNREACHABLE",
};

/** Words that are codes of the catalogue: Redis's have no underscore. */
const OWN = /_|^(?:FAILED|INTERNAL|UNAUTHORIZED|UNSUPPORTED|USAGE)$/;

/**
 * What went wrong at the hub, as a GhostError: an error reply by its first word, else FAILED. An error that is one already stays. `action` completes
 * "cannot …" where the hub's text does not.
 */
export function hubError(error: unknown, action: string): GhostError {
  if (error instanceof GhostError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (isOfTheSystem(error)) return new GhostError("HUB_UNREACHABLE", `cannot ${action}: ${text}`, { cause: error });
  const word = /^-?([A-Z][A-Z_]+)\b/.exec(text)?.[1] ?? "";
  const code = OWN.test(word) ? (word as ErrorCode) : (CODES[word] ?? "FAILED");
  const rest = text.replace(/^-?[A-Z][A-Z_]+ +/, "");
  return new GhostError(code, /^cannot /.test(rest) ? rest : `cannot ${action}: ${rest}`, { cause: error });
}

/** What sockets fail with: ECONNREFUSED, EPIPE. An error reply has a code too, its first word, and that is often ERR. */
function isOfTheSystem(error: unknown): boolean {
  return (
    error instanceof Error && error.name !== "ReplyError" && /^E[A-Z]+$/.test(String((error as Error & { readonly code?: unknown }).code))
  );
}

/** Throws what went wrong as a GhostError, and the signal's reason as it is. */
export function failure(action: string, signal: AbortSignal | undefined): (error: unknown) => never {
  return (error) => {
    if (signal?.aborted && error === signal.reason) throw error;
    throw hubError(error, action);
  };
}
