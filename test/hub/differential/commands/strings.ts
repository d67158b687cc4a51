import type { Word } from "../steps.ts";
import { integer, longExpiry, pointInTime, stringKey, value } from "../values.ts";
import { type Draw, type Family, maybe } from "./family.ts";

/** Commands on keys that hold a text or a number. */
export const STRINGS: Family = {
  name: "strings",
  commands: [
    [10, ({ random }) => ["GET", stringKey(random)]],
    [8, ({ random }) => ["SET", stringKey(random), value(random)]],
    [8, (draw) => ["SET", stringKey(draw.random), value(draw.random), ...setOptions(draw)]],
    [2, ({ random }) => ["GETDEL", stringKey(random)]],
    [4, (draw) => ["GETEX", stringKey(draw.random), ...maybe(draw.random, 0.8, () => expiryOption(draw, ["PERSIST"]))]],
    [2, ({ random }) => ["SETEX", stringKey(random), longExpiry(random, "s"), value(random)]],
    [2, ({ random }) => ["SETNX", stringKey(random), value(random)]],
    [3, ({ random }) => ["MGET", ...random.several(1, 4, () => stringKey(random))]],
    [3, ({ random }) => ["MSET", ...random.several(1, 3, () => [stringKey(random), value(random)]).flat()]],
    [4, ({ random }) => [random.pick(["INCR", "DECR"]), stringKey(random)]],
    [4, ({ random }) => [random.pick(["INCRBY", "DECRBY"]), stringKey(random), integer(random)]],
    [3, ({ random }) => ["APPEND", stringKey(random), value(random)]],
    [3, ({ random }) => ["STRLEN", stringKey(random)]],
  ],
};

/** SET's options, in any order and combination, the refused ones too. */
function setOptions(draw: Draw): Word[] {
  const { random } = draw;
  return random
    .several(1, 3, (): Word[] =>
      random.weighted<() => Word[]>([
        [3, () => [random.pick(["NX", "XX"])]],
        [3, () => ["GET"]],
        [2, () => ["KEEPTTL"]],
        [6, () => expiryOption(draw, [])],
      ])(),
    )
    .flat();
}

function expiryOption({ random }: Draw, others: readonly string[]): Word[] {
  return random.weighted<() => Word[]>([
    [2, () => ["EX", longExpiry(random, "s")]],
    [2, () => ["PX", longExpiry(random, "ms")]],
    [1, () => ["EXAT", pointInTime(random, "s")]],
    [1, () => ["PXAT", pointInTime(random, "ms")]],
    [others.length, () => [random.pick(others)]],
  ])();
}
