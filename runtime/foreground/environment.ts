import { revealPorts } from "../../core/config/port-references.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Home } from "../daemon/home.ts";
import { hubSecret, makeToken } from "../hub/tokens.ts";
import { chooseFreePort } from "../net/free-port.ts";
import { composeEnvironment } from "../process/environment.ts";
import type { Runnable } from "./read-runnable.ts";

/** What the daemon gives to what it starts and nothing else has: a run in the foreground has its caller's environment. */
const NOT_FOR_THE_FOREGROUND = new Set(["base", "the shell that registered it"]);
/** By it a daemon finds again what another one started: this is not to be taken for its own. */
const OF_THE_DAEMONS = "GHOST_PROJECT";
/** The caller's own, and wrong for what is called. */
const NOT_PASSED_ON = [OF_THE_DAEMONS, "GHOST_PROCESS", "GHOST_TOKEN", "GHOST_CONFIG", "BUN_BE_BUN", "BUN_OPTIONS"];

/** What a run gets of its definition, with ports and secrets filled in. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/**
 * The surroundings of a run: the caller's environment, then what Ghost tells, then what the app's file says. `token`: GHOST_PROCESS. Throws what
 * `composeEnvironment` throws, and FAILED when no port is free.
 */
export function surroundingsOf(
  runnable: Runnable,
  home: Home,
  caller: Readonly<Record<string, string | undefined>>,
  token: string,
): Surroundings {
  const { definition, secrets } = runnable;
  const numbers = portNumbers(runnable);
  const reveal = (text: string): string => revealPorts(text, numbers);
  const composed = composeEnvironment(definition, {
    home: home.root,
    hub: home.hubSocket,
    listener: false,
    path: caller.PATH ?? "",
    secrets,
    revealPorts: reveal,
    account: null,
    instance: 0,
    token,
    hubToken: makeToken(hubSecret(home.hubSecretFile), definition.name),
  });
  const own = [...composed]
    .filter(([key, { origin }]) => !NOT_FOR_THE_FOREGROUND.has(origin) && key !== OF_THE_DAEMONS)
    .map(([key, { value }]) => [key, value]);
  const environment = {
    PYTHONUNBUFFERED: "1",
    ...passedOn(caller),
    ...Object.fromEntries(own),
  };
  return { environment, args: definition.args.map(reveal) };
}

function passedOn(caller: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(caller).filter(([key, value]) => value !== undefined && !NOT_PASSED_ON.includes(key));
  return Object.fromEntries(kept) as Record<string, string>;
}

/** Numbers by reference: `web` and `api.web` alike. Each run has its own. */
function portNumbers({ definition }: Runnable): Record<string, number> {
  const names = Object.entries(definition.ports);
  if (names.length === 0) return {};
  const given = new Set<number>();
  return Object.fromEntries(
    names.flatMap(([name, wanted]): [string, number][] => {
      const number = wanted === "auto" ? freePort(given) : wanted;
      given.add(number);
      return [
        [name, number],
        [`${definition.name}.${name}`, number],
      ];
    }),
  );
}

function freePort(given: ReadonlySet<number>): number {
  const chosen = chooseFreePort(process.pid, (port) => given.has(port));
  if (chosen) return chosen.port;
  throw new GhostError("FAILED", "cannot choose a port: none is free", { hint: "end what holds them, or name a port in .ghost.yaml" });
}
