import { realpathSync } from "node:fs";
import { basename } from "node:path";
import type { HubAddress } from "../client/hub-address.ts";
import { introduced } from "./by-hand.ts";
import { type GhostConfig, readConfig } from "./config.ts";
import { inHome } from "./home.ts";
import type { InitOptions } from "./init-options.ts";

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

/** Reads the environment. */
export function findPlace(options: InitOptions): Place {
  const env = process.env.GHOST_NAME ? process.env : { ...process.env, ...introduced() };
  const name = options.name ?? env.GHOST_NAME ?? basename(process.cwd());
  const hub = options.hub ?? env.GHOST_HUB;
  return {
    name,
    instance: env.GHOST_INSTANCE ?? "0",
    hub: hub ? addressOf(hub) : hubOfHome(env),
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
function hubOfHome(env: Readonly<Record<string, string | undefined>>): HubAddress | null {
  const path = inHome("run/hub.sock", env);
  return path ? { path: realpathSync(path) } : null;
}
