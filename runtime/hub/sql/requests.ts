/** Requests as frames, if they are not too long. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { Ask, encodeFrame, encodeStatement } from "./frames.ts";
import type { SqlLimits } from "./limits.ts";

/** Throws LIMIT_EXCEEDED. */
export function queryFrame(sql: string, params: string, limits: SqlLimits): Buffer {
  return statementFrame(Ask.QUERY, sql, params, limits);
}

/** Throws LIMIT_EXCEEDED. */
export function executeFrame(sql: string, params: string, limits: SqlLimits): Buffer {
  return statementFrame(Ask.EXECUTE, sql, params, limits);
}

/** Throws LIMIT_EXCEEDED. */
export function batchFrame(statements: string, limits: SqlLimits): Buffer {
  const frame = encodeFrame(Ask.BATCH, statements);
  if (frame.length > limits.batchBytesMax) throw tooLarge("batch", frame.length, limits.batchBytesMax, "run it in parts");
  return frame;
}

function statementFrame(kind: number, sql: string, params: string, limits: SqlLimits): Buffer {
  const [sqlBytes, paramsBytes] = [Buffer.byteLength(sql), Buffer.byteLength(params)];
  if (sqlBytes > limits.statementBytesMax)
    throw tooLarge("statement", sqlBytes, limits.statementBytesMax, "pass long values as parameters");
  if (paramsBytes > limits.parametersBytesMax)
    throw tooLarge("statement's parameters", paramsBytes, limits.parametersBytesMax, "keep what is so large in a file");
  return encodeFrame(kind, encodeStatement(sql, params));
}

function tooLarge(what: string, bytes: number, bytesMax: number, hint: string): GhostError {
  return new GhostError("LIMIT_EXCEEDED", `cannot run the ${what}: ${bytes} bytes are more than ${bytesMax}`, { hint });
}
