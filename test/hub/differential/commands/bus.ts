import { channel, glob, value } from "../values.ts";
import { type Family, maybe } from "./family.ts";

/** Publish and subscribe. */
export const BUS: Family = {
  name: "bus",
  commands: [
    [12, ({ random }) => ["PUBLISH", channel(random), value(random)]],
    [5, ({ random }) => ["SUBSCRIBE", ...random.several(1, 3, () => channel(random))]],
    [5, ({ random }) => ["PSUBSCRIBE", ...random.several(1, 3, () => glob(random))]],
    [3, ({ random }) => ["UNSUBSCRIBE", ...maybe(random, 0.8, () => random.several(1, 3, () => channel(random)))]],
    [3, ({ random }) => ["PUNSUBSCRIBE", ...maybe(random, 0.8, () => random.several(1, 3, () => glob(random)))]],
    [2, ({ random }) => ["PUBSUB", "CHANNELS", ...maybe(random, 0.5, () => [glob(random)])]],
    [2, ({ random }) => ["PUBSUB", "NUMSUB", ...random.several(0, 3, () => channel(random))]],
    [2, () => ["PUBSUB", "NUMPAT"]],
    [1, ({ random }) => ["PUBSUB", ...random.pick([[], ["NOSUCH"], ["NUMPAT", "x"], ["CHANNELS", "a", "b"]])]],
    [2, ({ random }) => ["PING", ...maybe(random, 0.5, () => [value(random)])]],
    [1, ({ random }) => [random.pick(["GET", "ECHO"]), "s0"]],
    [0.5, () => ["RESET"]],
    [0.3, () => ["QUIT"]],
    [0.5, ({ random }) => ["HELLO", random.pick(["2", "3"])]],
  ],
};
