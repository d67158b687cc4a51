import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where a client finds things in a home. All paths are absolute. */
export interface ClientPlaces {
  readonly home: string;
  /** The daemon's address for programs: `{pid, socket, version, startedAt}`. */
  readonly pidFile: string;
  /** Where the socket is, or a link to it: for when there is no address. */
  readonly socket: string;
  /** Held by a daemon for as long as it lives; names it. */
  readonly lockFile: string;
  /** Present after an explicit `ghost daemon stop`: reading commands then leave the daemon alone. */
  readonly stoppedMarker: string;
  /** Present once something was ever registered. */
  readonly stateFile: string;
  /** What lies in it is registered by the next daemon. */
  readonly ghosts: string;
  /** `<project>/<name>/{out,err}.log`. */
  readonly logs: string;
}

/** The home that a command works on: `--home`, else GHOST_HOME, else `~/.ghost`. */
export function homeFolder(option: string | undefined, environment: Readonly<Record<string, string | undefined>>): string {
  return resolve(option || environment.GHOST_HOME || join(environment.HOME || homedir(), ".ghost"));
}

/** The places that clients look at, in `home`. */
export function clientPlaces(home: string): ClientPlaces {
  return {
    home,
    pidFile: join(home, "run", "daemon.pid"),
    socket: join(home, "run", "daemon.sock"),
    lockFile: join(home, "run", "daemon.lock"),
    stoppedMarker: join(home, "run", "stopped"),
    stateFile: join(home, "data", "state.db"),
    ghosts: join(home, "ghosts"),
    logs: join(home, "logs"),
  };
}
