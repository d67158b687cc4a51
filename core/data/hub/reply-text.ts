import { decodeUtf8 } from "../utf8.ts";
import type { HubReply } from "./hub-link.ts";

/** A string reply as text; undefined of nil. */
export function textOf(reply: HubReply | undefined): string | undefined {
  if (reply === null || reply === undefined) return undefined;
  return reply instanceof Uint8Array ? decodeUtf8(reply) : String(reply);
}
