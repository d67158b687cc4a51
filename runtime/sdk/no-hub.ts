import { GhostError } from "../../core/errors/ghost-error.ts";

/** In place of a connection where the home has no hub: throws HUB_UNREACHABLE. Loaded when something is asked of it. */
export function noHub(): never {
  throw new GhostError("HUB_UNREACHABLE", "cannot reach the hub: there is none in this home", {
    hint: 'Ghost.init({ fallback: "memory" }) goes without',
  });
}
