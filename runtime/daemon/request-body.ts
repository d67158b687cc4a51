import type { IncomingMessage } from "node:http";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** A request body longer than this is refused: a manifest of 10,000 processes is below it. */
const BODY_BYTES_MAX = 32 * 1024 * 1024;

/** Reads a body as a JSON object; `{}` without one. Throws USAGE. */
export async function readBody<T>(request: IncomingMessage): Promise<T> {
  if (Number(request.headers["content-length"] ?? 0) > BODY_BYTES_MAX) throw tooLong();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw tooLong();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  return text.trim() === "" ? ({} as T) : parseObject<T>(text);
}

function parseObject<T>(text: string): T {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as T;
  } catch {
    // Said below.
  }
  throw new GhostError("USAGE", "cannot take the request: its body is not a JSON object");
}

function tooLong(): GhostError {
  return new GhostError("USAGE", `cannot take the request: its body is longer than ${BODY_BYTES_MAX} bytes`, {
    details: { bytesMax: BODY_BYTES_MAX },
  });
}
