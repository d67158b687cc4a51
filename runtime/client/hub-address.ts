import { realpathSync } from "node:fs";
import { join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** Where a hub, or another Redis server, listens. */
export type HubAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** Reads what GHOST_HUB holds, or a person wrote: a path, `unix:PATH`, `HOST:PORT` or `tcp://HOST:PORT`. Throws USAGE. */
export function parseHubAddress(text: string): HubAddress {
  const path = /^(?:unix:(?:\/\/)?)?(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { path };
  const [, host = "", port = ""] =
    /^(?:(?:tcp|redis):\/\/)?(?:\[([0-9a-f:]+)\]|([^\s:/@]+)):(\d{1,5})\/?$/i.exec(text)?.filter((part) => part !== undefined) ?? [];
  if (host !== "" && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new GhostError("USAGE", `cannot use ${JSON.stringify(text.replace(/[^/]*@/, "…@"))} as the address of a hub`, {
    hint: "write the path of its socket, or HOST:PORT; a password is no part of it",
  });
}

/** Where the hub of a home listens. The path in the home may be a link, because a socket's own path has to be short. */
export function hubAddressOf(home: string): HubAddress {
  const path = join(home, "run", "hub.sock");
  try {
    return { path: realpathSync(path) };
  } catch {
    return { path };
  }
}
