import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode } from "../../core/errors/catalogue.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { log } from "./journal.ts";

/** The status that goes with a code; 500 for the rest, which is the failure of Ghost or of a program. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  CONFIG_INVALID: 400,
  CONFIG_NOT_FOUND: 400,
  UNSUPPORTED: 400,
  UNAUTHORIZED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  NAME_TAKEN: 409,
  DATABASE_LOCKED: 503,
  TIMED_OUT: 504,
  NO_SPACE: 507,
};

/** Answers with the error: `{"error":{"code","message","hint","details"}}`. One that nobody foresaw is a bug, and logged with its stack. */
export function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const known = error instanceof GhostError ? error : bug(error as Error);
  const text = `${JSON.stringify({ error: known.body() })}\n`;
  if (response.destroyed) return;
  // In the middle of a stream of lines the error is the last one.
  if (response.headersSent) return void response.end(text);
  // What is left of a body that was not read would be taken for the next request.
  const unread = !request.complete;
  response.writeHead(statusOf(known), {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...(known.details?.allowed !== undefined && { allow: (known.details.allowed as string[]).join(", ") }),
    ...(known.code === "UNAUTHORIZED" && { "www-authenticate": 'Bearer realm="ghost"' }),
    ...(unread && { connection: "close" }),
  });
  response.end(text, () => {
    if (unread) request.destroy();
  });
}

function statusOf({ code, details }: GhostError): number {
  if (details?.allowed !== undefined) return 405;
  if (details?.bytesMax !== undefined) return 413;
  return STATUS[code] ?? 500;
}

function bug(error: Error): GhostError {
  log(String(error?.stack ?? error));
  return new GhostError("INTERNAL", `cannot answer: ${error?.message ?? error}`, {
    hint: "this is a bug in Ghost; ghost doctor --bundle collects what a report needs",
  });
}
