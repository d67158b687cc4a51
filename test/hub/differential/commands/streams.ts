import type { Step, Word } from "../steps.ts";
import { field, integer, notInteger, shortValue, streamKey, value } from "../values.ts";
import { command, type Draw, type Family, maybe } from "./family.ts";

/** Milliseconds that a command blocks which nobody wakes: short, because the sequence waits as long. */
const SHORT_BLOCK = "12";
/** So long that only another client, or the end of the sequence, ends it. */
const LONG_BLOCKS = ["0", "0", "10000000"];

/** Streams without groups. */
export const STREAMS: Family = {
  name: "streams",
  commands: [
    [14, (draw) => ["XADD", streamKey(draw.random), ...addOptions(draw), newId(draw), ...entry(draw)]],
    [4, ({ random }) => ["XLEN", streamKey(random)]],
    [5, ({ random }) => ["XRANGE", streamKey(random), bound(random, "-"), bound(random, "+"), ...count(random)]],
    [4, ({ random }) => ["XREVRANGE", streamKey(random), bound(random, "+"), bound(random, "-"), ...count(random)]],
    [4, ({ random }) => ["XREAD", ...readOptions(random), "STREAMS", ...readStreams(random, ["$"])]],
    [3, ({ random }) => ["XTRIM", streamKey(random), ...trim(random)]],
    [4, ({ random }) => ["XDEL", streamKey(random), ...random.several(1, 2, () => oldId(random))]],
    [
      3,
      ({ random }) => [
        "XINFO",
        "STREAM",
        streamKey(random),
        ...maybe(random, 0.4, () => ["FULL", ...maybe(random, 0.5, () => ["COUNT", integer(random)])]),
      ],
    ],
    [1, ({ random }) => ["XINFO", ...random.pick([[], ["NOSUCH"], ["NOSUCH", "x0"], ["STREAM"], ["GROUPS"], ["CONSUMERS", "x0"]])]],
  ],
  scenes: [[2, blockAndFeed]],
};

/** A client waits for an entry, others do this and that, and one of them may add it. */
function blockAndFeed(draw: Draw): Step[] {
  const { random, client, clients } = draw;
  const key = streamKey(random);
  const other = (client + random.between(1, clients - 1)) % clients;
  const feed = random.weighted<() => Step[]>([
    [5, () => [command(other, "XADD", key, "*", "f", "v")]],
    [
      2,
      () => [
        command(other, "MULTI"),
        command(other, "XADD", key, "*", "a", "1"),
        command(other, "XADD", key, "*", "b", "2"),
        command(other, "EXEC"),
      ],
    ],
    [1, () => [command(other, "DEL", key)]],
    [1, () => [command(other, "SET", key, "text")]],
    [1, () => [command(other, "CLIENT", "UNBLOCK", { idOfClient: client }, random.pick(["TIMEOUT", "ERROR"]))]],
    [1, () => [command(other, "DEL", key), command(other, "XADD", key, draw.nextId(), "f", "v")]],
  ])();
  return [command(client, "XREAD", "BLOCK", "0", ...maybe(random, 0.3, () => ["COUNT", "1"]), "STREAMS", key, "$"), ...feed];
}

function addOptions({ random }: Draw): Word[] {
  return [...maybe(random, 0.15, () => ["NOMKSTREAM"]), ...maybe(random, 0.2, () => trim(random))];
}

/** How a stream is trimmed. `~` is only exact where it can do nothing, so elsewhere it is left out: what it removes is Redis' own affair. */
export function trim(random: Draw["random"]): Word[] {
  return random.weighted<() => Word[]>([
    [6, () => ["MAXLEN", ...maybe(random, 0.4, () => ["="]), String(random.between(0, 8))]],
    [3, () => ["MINID", ...maybe(random, 0.4, () => ["="]), oldId(random)]],
    [2, () => ["MAXLEN", "~", "100000", ...maybe(random, 0.5, () => ["LIMIT", random.pick(["0", "10", "-1", "x"])])]],
    [1, () => ["MAXLEN", random.pick(["-1", "abc", "", "9223372036854775808"])]],
    [1, () => ["MAXLEN", "5", "LIMIT", "10"]],
    [0.5, () => ["MAXLEN", "5", "MINID", "1-1"]],
  ])();
}

function newId(draw: Draw): Word {
  const { random } = draw;
  return random.weighted<() => Word>([
    [10, () => draw.nextId()],
    [4, () => "*"],
    [2, () => `${draw.nextId().split("-")[0]}-*`],
    [1, () => draw.nextId().split("-")[0]!],
    [2, () => oldId(random)],
    [1, () => brokenId(random)],
  ])();
}

function entry({ random }: Draw): Word[] {
  if (random.chance(0.03)) return random.pick<Word[]>([[], ["f"], ["a", "1", "b"]]);
  return random.several(1, 3, () => [field(random), random.chance(0.2) ? value(random) : shortValue(random)]).flat();
}

/** An id that an entry may well have. */
export function oldId(random: Draw["random"]): Word {
  return random.weighted<() => Word>([
    [8, () => `${random.between(0, 40)}-${random.between(0, 3)}`],
    [3, () => String(random.between(0, 40))],
    [2, () => ({ givenId: random.between(0, 3) })],
    [1, () => brokenId(random)],
  ])();
}

function brokenId(random: Draw["random"]): string {
  return random.pick([
    "0-0",
    "0",
    "18446744073709551615-18446744073709551615",
    "18446744073709551616-0",
    "-1",
    "1-",
    "-",
    "+",
    "a-1",
    "1-1-1",
    "",
    "$",
    ">",
    "1 ",
    "1-*",
    "9999999999999999999-0",
    "007-01",
  ]);
}

function bound(random: Draw["random"], end: string): Word {
  return random.weighted<() => Word>([
    [6, () => end],
    [4, () => oldId(random)],
    [2, () => `(${random.between(0, 40)}-${random.between(0, 3)}`],
    [1, () => random.pick(["(", "(-", "(+", "(0-0", "(18446744073709551615-18446744073709551615", "(5"])],
  ])();
}

function count(random: Draw["random"]): Word[] {
  return maybe(random, 0.4, () => ["COUNT", integer(random)]);
}

/** XREAD's and XREADGROUP's options. */
export function readOptions(random: Draw["random"]): Word[] {
  const options = [count(random), maybe(random, 0.25, () => ["BLOCK", blockTime(random)])];
  return random.chance(0.5) ? options.flat() : options.reverse().flat();
}

function blockTime(random: Draw["random"]): string {
  return random.weighted<() => string>([
    [6, () => SHORT_BLOCK],
    [2, () => random.pick(LONG_BLOCKS)],
    [1, () => random.pick(["-1", "abc", "", "9223372036854775807", "1.5"])],
    [1, () => notInteger(random)],
  ])();
}

/** Keys, and as many ids, now and then one too few. */
export function readStreams(random: Draw["random"], last: readonly string[]): Word[] {
  const keys = random.several(1, 3, () => streamKey(random));
  const ids = keys.map(() => (random.chance(0.5) ? random.pick(last) : oldId(random)));
  return [...keys, ...(random.chance(0.03) ? ids.slice(1) : ids)];
}
