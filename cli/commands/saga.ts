import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";

type Action = (context: Context, words: readonly string[]) => Promise<number>;

const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  list: async () => (await import("../saga/list.ts")).list,
  show: async () => (await import("../saga/show.ts")).show,
  retry: async () => (await import("../saga/obey.ts")).retry,
  skip: async () => (await import("../saga/obey.ts")).skip,
};

export const command: Command = {
  usage: "list [NAME] | show NAME ID | retry NAME ID [STEP] | skip NAME ID [STEP]",
  summary: "See apps' sagas, and settle those that are parked",
  about:
    "A saga is parked when a step cannot be taken back, or when its definition lost a step that it was started with. `retry` has its app try again what is parked, " +
    "`skip` gives it up, of one STEP or of all; of a saga whose definition changed, `skip` takes back what was done. The app does it as soon as it runs.",
  flags: [
    { flags: "--namespace <N>", about: "Only of this namespace, an app's name (default: that of GHOST_TOKEN, or all)" },
    { flags: "--state <S>", about: "list: only those that are running, compensating, parked, done or compensated" },
    { flags: "--all", about: "list: those that have ended, too" },
    { flags: "-n, --lines <N>", about: "list: the newest N (default 100)" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: [
    "ghost saga list --state parked",
    "ghost saga show order order-17",
    "ghost saga retry order order-17",
    "ghost saga skip order order-17 charge --namespace shop",
  ],
  async run(context) {
    const [name, ...words] = context.names;
    const load = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    const known = Object.keys(ACTIONS).join(", ");
    if (!load) throw usage(context.verb, name === undefined ? "it needs something to do" : `there is no ${name}`, `it knows ${known}; `);
    return (await load())(context, words);
  },
};
