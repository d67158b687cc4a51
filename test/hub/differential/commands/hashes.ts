import { field, hashKey, integer, shortValue, value } from "../values.ts";
import type { Family } from "./family.ts";

/** Commands on hashes. Small ones keep their fields' order in Redis, and so must we; `hbig` may be large, and then its order is open. */
export const HASHES: Family = {
  name: "hashes",
  commands: [
    [10, ({ random }) => ["HSET", hashKey(random), ...random.several(1, 3, () => [field(random), shortValue(random)]).flat()]],
    [1, ({ random }) => ["HSET", "hbig", ...random.several(1, 40, () => [`g${random.between(0, 300)}`, value(random)]).flat()]],
    [5, ({ random }) => ["HGET", hashKey(random), field(random)]],
    [4, ({ random }) => ["HMGET", hashKey(random), ...random.several(1, 4, () => field(random))]],
    [4, ({ random }) => ["HGETALL", hashKey(random)]],
    [4, ({ random }) => ["HDEL", hashKey(random), ...random.several(1, 3, () => field(random))]],
    [3, ({ random }) => ["HEXISTS", hashKey(random), field(random)]],
    [3, ({ random }) => ["HLEN", hashKey(random)]],
    [3, ({ random }) => [random.pick(["HKEYS", "HVALS"]), hashKey(random)]],
    [5, ({ random }) => ["HINCRBY", hashKey(random), field(random), integer(random)]],
  ],
};
