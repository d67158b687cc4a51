import { createHash } from "node:crypto";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { revealPorts } from "../../core/config/port-references.ts";
import { fillSecrets } from "../../core/config/secrets.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Home } from "../daemon/home.ts";
import { hubSecret, makeToken } from "../hub/tokens.ts";
import { chooseFreePort } from "../net/free-port.ts";
import { openListener } from "../net/sockets.ts";
import { composeEnvironment } from "../process/environment.ts";
import type { Wrapped } from "../process/spawn.ts";
import { asWhom } from "./as-whom.ts";
import type { Runnable } from "./read-runnable.ts";

/** What the daemon gives to what it starts and nothing else has: a run in the foreground has its caller's environment. */
const NOT_FOR_THE_FOREGROUND = new Set(["base", "the shell that registered it"]);
/** By it a daemon finds again what another one started: this is not to be taken for its own. */
const OF_THE_DAEMONS = "GHOST_PROJECT";
/** The caller's own, and wrong for what is called. */
const NOT_PASSED_ON = [OF_THE_DAEMONS, "GHOST_PROCESS", "GHOST_TOKEN", "GHOST_CONFIG", "BUN_BE_BUN", "BUN_OPTIONS"];

/** What a run gets of its definition, with ports and secrets filled in. */
export interface Surroundings extends Pick<Wrapped, "args" | "credentials" | "listener"> {
  readonly environment: Readonly<Record<string, string>>;
  /** `stop.command`; null: the signal asks it to end. */
  readonly stopCommand: string | null;
  /** The numbers of its own ports, by name; those of `auto` as they were chosen. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Gives the surroundings of one run after the other. `token`: GHOST_PROCESS. */
export type SurroundingsFor = (token: string) => Surroundings;

/**
 * The surroundings of the runs of one `ghost run`: the caller's environment, then what Ghost tells, then what the app's file says. Ports and the listener of
 * `listen` stay the same from run to run. Throws what `composeEnvironment` and `openListener` throw, CONFIG_INVALID for an unknown user, FAILED when no port is free.
 */
export function surroundingsOf(runnable: Runnable, home: Home, caller: Readonly<Record<string, string | undefined>>): SurroundingsFor {
  const { definition, secrets } = runnable;
  const { account, credentials, hub } = asWhom(definition, home);
  const ports = portNumbers(runnable, home.root);
  const withPorts = (text: string): string => revealPorts(text, byReference(definition.name, ports));
  const reveal = (text: string): string => fillSecrets(withPorts(text), secrets);
  const listener = openFor(definition, withPorts);
  const sources = {
    home: home.root,
    hub,
    listener: listener !== null,
    path: caller.PATH ?? "",
    secrets,
    revealPorts: withPorts,
    account,
    instance: 0,
    hubToken: makeToken(hubSecret(home.hubSecretFile), definition.name),
  };
  return (token) => {
    const own = [...composeEnvironment(definition, { ...sources, token })]
      .filter(([key, { origin }]) => !NOT_FOR_THE_FOREGROUND.has(origin) && key !== OF_THE_DAEMONS)
      .map(([key, { value }]) => [key, value]);
    const environment = { PYTHONUNBUFFERED: "1", ...passedOn(caller), ...Object.fromEntries(own) };
    const { command } = definition.stop;
    return { environment, args: definition.args.map(reveal), credentials, listener, stopCommand: command && reveal(command), ports };
  };
}

/** The socket of `listen`, which is there for as long as this program is; null without. */
function openFor({ listen }: ProcessDefinition, withPorts: (text: string) => string): number | null {
  if (listen === null) return null;
  return openListener(listen.portFrom ? { host: listen.host, port: Number(withPorts(listen.portFrom)) } : listen);
}

function passedOn(caller: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(caller).filter(([key, value]) => value !== undefined && !NOT_PASSED_ON.includes(key));
  return Object.fromEntries(kept) as Record<string, string>;
}

/** Numbers by name. */
function portNumbers({ definition }: Runnable, root: string): Record<string, number> {
  const seedOf = (name: string): number => seed([root, definition.project, definition.name, name]);
  const given = new Set<number>();
  return Object.fromEntries(
    Object.entries(definition.ports).map(([name, wanted]) => {
      const number = wanted === "auto" ? freePort(seedOf(name), given) : wanted;
      given.add(number);
      return [name, number];
    }),
  );
}

/** As texts refer to them: `web` and `api.web` alike. */
function byReference(owner: string, numbers: Readonly<Record<string, number>>): Record<string, number> {
  const inFull = Object.entries(numbers).map(([name, number]) => [`${owner}.${name}`, number]);
  return { ...numbers, ...Object.fromEntries(inFull) };
}

/** Where to look first: the next run gets the same port, if it is free, and never the one that a daemon keeps for the same app in the background. */
function seed(words: readonly string[]): number {
  return createHash("sha256")
    .update(["foreground", ...words].join("\0"))
    .digest()
    .readUInt32BE();
}

function freePort(seed: number, given: ReadonlySet<number>): number {
  const chosen = chooseFreePort(seed, (port) => given.has(port));
  if (chosen) return chosen.port;
  throw new GhostError("FAILED", "cannot choose a port: none is free", { hint: "end what holds them, or name a port in .ghost.yaml" });
}
