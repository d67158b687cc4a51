import { anyKey, channel, stringKey } from "../values.ts";
import type { Family } from "./family.ts";

/** MULTI, EXEC and WATCH; what is in between comes from the other families. */
export const TRANSACTIONS: Family = {
  name: "transactions",
  commands: [
    [6, () => ["MULTI"]],
    [6, () => ["EXEC"]],
    [1, () => ["DISCARD"]],
    [4, ({ random }) => ["WATCH", ...random.several(1, 2, () => anyKey(random))]],
    [1, () => ["UNWATCH"]],
    [2, ({ random }) => ["INCR", stringKey(random)]],
    [1, ({ random }) => ["PUBLISH", channel(random), "m"]],
  ],
  scenes: [
    [
      3,
      ({ random, client, clients }) => {
        const key = stringKey(random);
        const other = random.between(0, clients - 1);
        const touch = random.pick([
          ["SET", key, "1"],
          ["GET", key],
          ["DEL", key],
          ["EXPIRE", key, "1000"],
          ["PERSIST", key],
          ["APPEND", key, ""],
          ["FLUSHDB"],
          ["INCR", key],
        ]);
        const between = random.between(1, 6);
        return [["WATCH", key], ["MULTI"], ["INCR", key], ["GET", key], ["EXEC"]].flatMap((words, index) => {
          const step = { kind: "command" as const, client, words };
          return index === between ? [{ kind: "command" as const, client: other, words: touch }, step] : [step];
        });
      },
    ],
  ],
};
