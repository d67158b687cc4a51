import type { ForegroundAnnouncement, ForegroundUpdate, ForegroundWord } from "../../../core/api/foreground.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { addGuest, besideGuest, findGuest, loseGuest, updateGuest } from "../../supervisor/guests.ts";
import { hubUserOf } from "../../supervisor/run.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";

/** Programs that somebody runs on a terminal. */
export function foregroundRoutes(node: DaemonNode): Route[] {
  return [
    { method: "POST", pattern: "/v1/foreground", handle: (call) => announce(node, call) },
    { method: "PUT", pattern: "/v1/foreground/:id", handle: (call) => change(node, call) },
  ];
}

/** Known until whoever announced it goes. */
async function announce({ supervisor, hub }: DaemonNode, call: Call): Promise<void> {
  const announcement = await call.body<ForegroundAnnouncement>();
  if (!announcement.definition?.name || !announcement.machine?.state)
    throw new GhostError("USAGE", "cannot announce this: it needs `definition` and `machine`");
  const say = (word: ForegroundWord): void => stream.send(JSON.stringify(word));
  const guest = addGuest(supervisor, announcement, say);
  const uid = hubUserOf(guest);
  if (uid !== null) void hub.doors.open(uid);
  const stream = call.events();
  stream.onClose(() => void loseGuest(supervisor, guest, announcement.runner));
  say({ id: guest.id, beside: besideGuest(supervisor, guest) });
}

async function change({ supervisor }: DaemonNode, call: Call): Promise<void> {
  const guest = findGuest(supervisor, call.path.id ?? "");
  updateGuest(supervisor, guest, await call.body<ForegroundUpdate>());
  call.json({});
}
