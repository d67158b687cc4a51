/** What apps tell and ask the daemon: GHOST.BEAT, GHOST.CONFIG, GHOST.CONTROL. What the daemon asks for them: GHOST.DOOR. */
import { isAbsolute } from "node:path";
import type { Beat } from "../../../core/api/apps.ts";
import { INSTANCES_MAX } from "../../../core/config/limits.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { type Arguments, textAt, utf8At } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { wait } from "../server/wait.ts";

/** A longer beat is none, in characters. */
const BEAT_CHARACTERS_MAX = 64 * 1024;
/** Users have numbers below it. */
const UID_MAX = 2 ** 32 - 2;

define({
  "ghost.beat": { arity: -1, whileSubscribed: true, run: beat },
  "ghost.config": { arity: -1, notInMulti: true, run: config },
  "ghost.control": { arity: -2, notInMulti: true, run: control },
  "ghost.door": { arity: 3, notInMulti: true, run: door },
});

/** `GHOST.BEAT [json [instance]]`: what the app is like is passed on; nobody waits for the daemon. */
function beat(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 3) refuse("ERR wrong number of arguments for 'ghost.beat' command");
  const said = args.count > 1 ? utf8At(args, 1) : "";
  if (said.length > BEAT_CHARACTERS_MAX) refuse(`LIMIT a beat has at most ${BEAT_CHARACTERS_MAX} characters`);
  const instance = args.count > 2 ? integerAt(args, 2) : 0;
  if (instance < 0 || instance >= INSTANCES_MAX) refuse("ERR instance is out of range");
  hub.parts.daemon.beat({ app: nameOf(client), instance, beat: said === "" ? {} : (objectIn(said) as Beat) });
  hub.output.ok();
}

/** `GHOST.CONFIG`: the app's GHOST_CONFIG, as it is now. The operator names an app. */
function config(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 2) refuse("ERR wrong number of arguments for 'ghost.config' command");
  const own = nameOf(client);
  const name = args.count === 2 ? textAt(args, 1) : own;
  if (name !== own && !client.isOperator) refuse("DENIED only the operator may read another app's configuration");
  answer(hub, client, async () => hub.parts.daemon.config(name));
}

/** `GHOST.CONTROL method [json]`: JSON of the result. */
function control(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 3) refuse("ERR wrong number of arguments for 'ghost.control' command");
  const app = client.isOperator ? null : nameOf(client);
  const request = { app, method: textAt(args, 1), arguments: args.count === 3 ? objectIn(utf8At(args, 2)) : {} };
  answer(hub, client, async (signal) => JSON.stringify((await hub.parts.daemon.control(request, signal)) ?? null));
}

/** `GHOST.DOOR path uid`: the daemon's alone. Listens at a socket for one user's apps. */
function door(hub: Hub, client: Client, args: Arguments): void {
  const { doors } = hub.parts;
  if (!client.isTrusted || !client.isOperator || !doors) return refuse("DENIED only the daemon may open doors");
  const [path, uid] = [utf8At(args, 1), integerAt(args, 2)];
  if (!isAbsolute(path) || uid < 0 || uid > UID_MAX) refuse(SYNTAX);
  wait(hub, client, async () => {
    const problem = await doors.open(hub, path, uid).then(
      () => null,
      (error: Error) => error.message,
    );
    return () => (problem === null ? hub.output.ok() : hub.output.error(`ERR cannot listen at ${path}: ${problem}`));
  });
}

function answer(hub: Hub, client: Client, ask: (signal: AbortSignal) => Promise<string>): void {
  wait(hub, client, async (signal) => {
    try {
      const text = await ask(signal);
      return () => hub.output.text(text);
    } catch (error) {
      const { code, message } =
        error instanceof GhostError ? error : new GhostError("FAILED", `cannot ask the daemon: ${(error as Error).message}`);
      const word = code === "UNAUTHORIZED" ? "DENIED" : code;
      return () => hub.output.error(`${word} ${message.replace(/[\r\n]+/g, " ")}`);
    }
  });
}

function objectIn(text: string): Record<string, unknown> {
  const value = parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(NO_OBJECT);
}

const NO_OBJECT = "ERR that is no JSON object";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(NO_OBJECT);
  }
}

/** A database of `SELECT n` belongs to the same app. */
function nameOf(client: Client): string {
  return client.space.name.split(":")[0] as string;
}
