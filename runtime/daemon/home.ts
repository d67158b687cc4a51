import { createHash } from "node:crypto";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, symlinkSync, unlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** sun_path in sockaddr_un: 108 bytes on Linux, 104 on macOS, with the closing NUL. */
const SOCKET_PATH_BYTES_MAX = process.platform === "linux" ? 107 : 103;

/** The places of one GHOST_HOME. All absolute; nothing is created by looking. */
export interface Home {
  readonly root: string;
  readonly logs: string;
  readonly data: string;
  readonly run: string;
  readonly fifos: string;
  readonly stateFile: string;
  readonly definitionsFile: string;
  readonly secretsFile: string;
  /** Where what a full disk does not let into `state.db` waits. */
  readonly reserveFile: string;
  /** The address that programs use; not always below `run`, see `socketLink`. */
  readonly socket: string;
  /** Where people look for the socket. */
  readonly socketLink: string;
  /** The same of the hub, in the same folder. */
  readonly hubSocket: string;
  readonly hubSocketLink: string;
  /** From which the tokens of apps are made. */
  readonly hubSecretFile: string;
  /** The text of the last good `.ghost.yaml`, for the hub: the daemon alone can read `state.db`. */
  readonly keptConfigFile: string;
  readonly pidFile: string;
  readonly lockFile: string;
  /** Exists after an explicit `daemon stop`: commands that only read then do not start a daemon. */
  readonly stoppedMarker: string;
  /** Names the program that comes next, from a `daemon restart` of another one until that one is there. */
  readonly successorFile: string;
  readonly daemonLog: string;
  readonly configFile: string;
  /** One folder, or link, for each app. */
  readonly ghosts: string;
  /** The id of the group whose members may use the socket; null: only the owner may. */
  readonly groupId: number | null;
}

/** The home of `--home DIR`, else of GHOST_HOME, else `~/.ghost`. */
export function findHome(directory: string | undefined, groupId: number | null = null): Home {
  const chosen = directory || process.env.GHOST_HOME || join(homedir(), ".ghost");
  const root = canonical(resolve(chosen));
  const run = join(root, "run");
  const data = join(root, "data");
  const socketLink = join(run, "daemon.sock");
  const hubSocketLink = join(run, "hub.sock");
  const socket = Buffer.byteLength(socketLink) <= SOCKET_PATH_BYTES_MAX ? socketLink : shortSocketPath(root);
  return {
    root,
    logs: join(root, "logs"),
    data,
    run,
    fifos: join(run, "fifos"),
    stateFile: join(data, "state.db"),
    definitionsFile: join(data, "definitions.json"),
    secretsFile: join(data, "secrets"),
    reserveFile: join(data, "reserve"),
    socket,
    socketLink,
    hubSocket: socket === socketLink ? hubSocketLink : join(dirname(socket), "hub.sock"),
    hubSocketLink,
    hubSecretFile: join(data, "hub-secret"),
    keptConfigFile: join(data, "last-configuration.yaml"),
    pidFile: join(run, "daemon.pid"),
    lockFile: join(run, "daemon.lock"),
    stoppedMarker: join(run, "stopped"),
    successorFile: join(run, "next-daemon"),
    daemonLog: join(root, "logs", "daemon.log"),
    configFile: join(root, ".ghost.yaml"),
    ghosts: join(root, "ghosts"),
    groupId,
  };
}

/** The same home by whatever link it is reached must have the same lock and socket. */
function canonical(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}

function shortSocketPath(root: string): string {
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const path = join(tmpdir(), `ghost-${process.getuid?.() ?? 0}-${hash}`, "daemon.sock");
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return path;
  throw new GhostError(
    "SOCKET_PATH_TOO_LONG",
    `cannot make a socket for ${root}: its path and that of the temp folder are longer than ${SOCKET_PATH_BYTES_MAX} bytes`,
    {
      hint: "use a shorter --home or GHOST_HOME, or a shorter TMPDIR",
    },
  );
}

/** What a home may hold before its first daemon, and what tells that it had one (or was installed to). */
const OWN_NAMES = new Set(["lost+found", "bin", "data", "run", "logs", "ghosts", "templates", ".ghost.yaml"]);
const SIGNS_OF_USE = ["run/daemon.lock", "run/daemon.lock.d", "data/state.db", "data/definitions.json", "bin/ghost"];

/** A home is closed to others and filled with Ghost's folders: not to be done to a folder of somebody's own that was named by mistake. */
function refuseForeignFolder(root: string): void {
  const names = existsSync(root) ? readdirSync(root) : [];
  if (names.every((name) => OWN_NAMES.has(name)) || SIGNS_OF_USE.some((sign) => existsSync(join(root, sign)))) return;
  throw new GhostError("HOME_UNUSABLE", `cannot use ${root} as Ghost's home: it is a folder with other things in it`, {
    hint: "name an empty or a new folder with --home DIR or GHOST_HOME",
  });
}

/** Creates what is missing, all 0700; a group that may use the socket can get to it, and no further. Throws HOME_UNUSABLE, PERMISSION_DENIED or NO_SPACE. */
export function prepareHome(home: Home): void {
  inHome(home, () => {
    refuseForeignFolder(home.root);
    for (const folder of [home.root, home.logs, home.data, home.run, home.fifos]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(home.root, 0o700);
    if (home.groupId !== null) openToGroup(home, home.groupId);
    if (home.socket !== home.socketLink) prepareShortSocket(home);
  });
}

/** The folders on the way to the socket; all others stay closed. */
function openToGroup(home: Home, groupId: number): void {
  if (home.socket !== home.socketLink)
    throw new GhostError(
      "SOCKET_PATH_TOO_LONG",
      `cannot share ${home.socketLink} with a group: its path is longer than ${SOCKET_PATH_BYTES_MAX} bytes`,
      {
        hint: "use a shorter --home",
      },
    );
  for (const folder of [home.root, home.run]) {
    chownSync(folder, -1, groupId);
    chmodSync(folder, 0o750);
  }
}

/** Gives what `work` gives, and tells what the system refuses as HOME_UNUSABLE, PERMISSION_DENIED or NO_SPACE. */
export function inHome<T>(home: Home, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw homeError(home, error as NodeJS.ErrnoException);
  }
}

/** The folder of a short socket lies in a place where others can write: it must be ours and closed to them. */
function prepareShortSocket(home: Home): void {
  const folder = dirname(home.socket);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== (process.getuid?.() ?? stats.uid) || (stats.mode & 0o077) !== 0) {
    throw new GhostError("HOME_UNUSABLE", `cannot use ${folder} for the socket: it belongs to somebody else or is open to others`, {
      hint: `remove ${folder}, or set TMPDIR`,
    });
  }
  makeLink(home.socketLink, home.socket);
  makeLink(home.hubSocketLink, home.hubSocket);
}

function makeLink(link: string, target: string): void {
  try {
    unlinkSync(link);
  } catch {
    // There was none.
  }
  symlinkSync(target, link);
}

function homeError(home: Home, error: NodeJS.ErrnoException): GhostError {
  if (error instanceof GhostError) return error;
  switch (error.code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new GhostError(
        "PERMISSION_DENIED",
        `cannot use ${home.root} as Ghost's home: ${error.code === "EROFS" ? "the file system is read-only" : "permission denied"}`,
        {
          hint: "choose another with --home DIR or GHOST_HOME, or mend its owner",
        },
      );
    case "ENOSPC":
    case "EDQUOT":
      return new GhostError("NO_SPACE", `cannot use ${home.root} as Ghost's home: no space left on the device`, {
        hint: "free some space (`df -h`), then try again",
      });
    default:
      return new GhostError("HOME_UNUSABLE", `cannot use ${home.root} as Ghost's home: ${error.message}`, {
        hint: "choose another with --home DIR or GHOST_HOME",
        cause: error,
      });
  }
}
