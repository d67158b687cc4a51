import { GhostError } from "./ghost-error.ts";

/** The part of V8's and JavaScriptCore's Error that is needed. */
interface Tracing {
  readonly captureStackTrace?: (error: Error) => void;
}

/**
 * The same error, whose stack leads to who awaits the async function that catches it, and no longer to where it was found out: for what fails in a callback, of which
 * runtimes do not know who waits for it. Nothing happens to other errors than GhostErrors, which are bugs.
 */
export function calledFrom(error: unknown): unknown {
  if (error instanceof GhostError) (Error as Tracing).captureStackTrace?.(error);
  return error;
}
