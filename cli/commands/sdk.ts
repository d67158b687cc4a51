import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";

type Action = (context: Context, words: readonly string[]) => Promise<number>;

const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  list: async () => (await import("../sdk/list.ts")).list,
  update: async () => (await import("../sdk/update.ts")).update,
};

export const command: Command = {
  usage: "[list] [NAME | PATH…] | update [NAME | PATH…] [--all] [--force]",
  summary: "See which SDK apps have, and bring it up to this ghost's",
  about:
    "ghost create puts a copy of the SDK into an app: vendor/ghost-sdk, in Python ghost.py. It stays as it is when ghost is upgraded, until `ghost sdk update` replaces " +
    "it, all of it or nothing. `list` shows all apps in ghosts/ of the home, and the one in this folder. A NAME is one of ghosts/, a PATH a folder with a .ghost.yaml. " +
    "`update` leaves alone what was edited by hand, and names it; into an app without a copy it puts one, which apps of Node and Deno need.",
  flags: [
    { flags: "--all", about: "update: all apps in ghosts/ of the home" },
    { flags: "-f, --force", about: "update: also what was edited by hand, says nothing of what it is, or is newer" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost sdk", "ghost sdk update", "ghost sdk update shop ./tools/mailer", "ghost sdk update --all"],
  async run(context) {
    const [name = "list", ...words] = context.names;
    const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!load) throw usage(context.verb, `there is no ${name}`, `it knows ${Object.keys(ACTIONS).join(" and ")}; `);
    return (await load())(context, words);
  },
};
