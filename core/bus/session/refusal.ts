import { GhostError } from "../../errors/ghost-error.ts";
import type { ReplyError } from "../resp/reply.ts";
import { isUnknownCommand } from "./handshake.ts";

const WRONG = "the token is not valid here";

/** Errors of a server that does not want us, however often we come. */
const FINAL: Readonly<Record<string, string>> = {
  NOAUTH: "no token was given",
  WRONGPASS: WRONG,
  NAMESPACE: "",
  NOPERM: "",
};

/** What a server's error to the first words means: UNAUTHORIZED or UNSUPPORTED where it is no use to try again, else the error itself. */
export function refusalOf(error: ReplyError): Error {
  if (isUnknownCommand(error) || error.code === "NOPROTO")
    return new GhostError("UNSUPPORTED", "cannot talk to this server: it does not speak RESP3", {
      hint: "Redis does since version 6",
      cause: error,
    });
  // On the socket of a hub, or on a Redis, that wants no password, what is no token is answered like this.
  const why = /^ERR AUTH .*without any password/.test(error.message) ? WRONG : FINAL[error.code];
  if (why === undefined) return error;
  const said = why || error.message.replace(/^[A-Z]+ /, "");
  return new GhostError("UNAUTHORIZED", said.startsWith("cannot ") ? said : `cannot log in to the hub: ${said}`, {
    ...(why && { hint: "ghost hub token NAME prints a valid one for GHOST_TOKEN; without one the owner of the home's socket is let in" }),
    cause: error,
  });
}
