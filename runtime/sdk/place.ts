import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { HubAddress } from "../client/hub-address.ts";
import { introduced } from "./by-hand.ts";
import { type GhostConfig, readConfig } from "./config.ts";

/** Who this program is, and where its hub listens. */
export interface Place {
  /** The app's name in messages and to the hub. */
  readonly name: string;
  /** GHOST_INSTANCE; default 0. */
  readonly instance: string;
  /** Null: there is none in this home. */
  readonly hub: HubAddress | null;
  readonly token?: string;
  /** Ghost started it, and wants to hear of it. */
  readonly isSupervised: boolean;
  readonly config: GhostConfig;
}

/** What `Ghost.init` may be told. All of it is found by itself in a program that Ghost starts. */
export interface InitOptions {
  /** The app's name; default GHOST_NAME, else the folder's. */
  readonly name?: string;
  /** Where the hub listens: the path of its socket, or `HOST:PORT`. Default GHOST_HUB, else `run/hub.sock` in GHOST_HOME or `~/.ghost`. */
  readonly hub?: string;
  /** What proves to the hub who it is; default GHOST_TOKEN. */
  readonly token?: string;
  /** What is used where no hub can be reached: nothing, so that data and bus fail with HUB_UNREACHABLE (the default), or this process's memory. */
  readonly fallback?: "none" | "memory";
}

/** Reads the environment. */
export function findPlace(options: InitOptions): Place {
  const env = process.env.GHOST_NAME ? process.env : { ...process.env, ...introduced() };
  const name = options.name ?? env.GHOST_NAME ?? basename(process.cwd());
  const hub = options.hub ?? env.GHOST_HUB;
  return {
    name,
    instance: env.GHOST_INSTANCE ?? "0",
    hub: hub ? addressOf(hub) : hubOfHome(env.GHOST_HOME ?? join(homedir(), ".ghost")),
    token: options.token ?? env.GHOST_TOKEN,
    isSupervised: process.env.GHOST_NAME !== undefined,
    config: readConfig(env.GHOST_CONFIG, name),
  };
}

function addressOf(text: string): HubAddress {
  const [, host, port] = /^([^/]+):(\d+)$/.exec(text) ?? [];
  return host ? { host, port: Number(port) } : { path: text };
}

/** The path in the home may be a link, because a socket's own path has to be short. */
function hubOfHome(home: string): HubAddress | null {
  const path = join(home, "run/hub.sock");
  return existsSync(path) ? { path: realpathSync(path) } : null;
}
