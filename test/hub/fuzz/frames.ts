/** Bytes that no well-behaved client sends, and some that one would: whole commands, broken ones, and things that only look like any. */
import type { Random } from "../../rig/random.ts";
import type { Choices } from "../differential/commands/family.ts";
import { FAMILIES } from "../differential/generate.ts";
import { field, glob, shortValue, stringKey, value } from "../differential/values.ts";
import { encodeCommand } from "../wire/reply.ts";

/** How deep arrays are put into each other. */
const DEPTH_MAX = 20_000;
/** The longest line without an end, in bytes: beyond what Redis takes (64 KiB). */
const LINE_BYTES_MAX = 100_000;

/** Lengths that are none, that are too large, or that promise what never comes. */
const LENGTHS = [
  "-1",
  "-2",
  "0",
  "1",
  "3",
  "1000000",
  "1048577",
  "536870912",
  "536870913",
  "2147483647",
  "2147483648",
  "4294967296",
  "9223372036854775807",
  "9223372036854775808",
  "99999999999999999999",
  "-9223372036854775808",
  "",
  "abc",
  "1a",
  "+1",
  " 1",
  "01",
  "1.0",
  "0x10",
  "\x00",
  "1\x00",
];
const SIGNS = ["*", "$", "+", "-", ":", "_", "%", "~", ">", "|", "=", "!", "(", "#", ",", "\x00", "\xff", " "];

/** Commands of our own, which Redis answers with an error. */
const OWN: Choices<string[]> = [
  [2, ({ random }) => ["GHOST.GET", stringKey(random)]],
  [
    2,
    ({ random }) => [
      "GHOST.SET",
      stringKey(random),
      value(random),
      ...random.pick([[], ["PX", "1000"], ["IFVERSION", "0"], ["IFVERSION", "x"], ["PX"]]),
    ],
  ],
  [
    2,
    ({ random }) => [
      "GHOST.PUBLISH",
      random.pick(["flood", "c0"]),
      value(random),
      ...random.pick([[], ["PX", "100"], ["ID", "i"], ["PERSIST"], ["PERSIST", "MAXLEN", "5"], ["PX", "-1"]]),
    ],
  ],
  [
    1,
    ({ random }) => [
      "GHOST.RESUME",
      random.pick(["CHANNEL", "PATTERN", "X"]),
      glob(random),
      ...random.pick([[], ["0-0"], ["x"], ["1-99999999999999999999"]]),
    ],
  ],
  [
    1,
    ({ random }) => [
      random.pick(["GHOST.METRIC", "GHOST.METRICS", "GHOST.HEALTH", "GHOST.DURABILITY", "GHOST.NAMESPACE", "GHOST.TAKE", "GHOST.BEAT"]),
      ...random.several(0, 4, () => shortValue(random)),
    ],
  ],
  [
    1,
    ({ random }) => [
      random.pick(["GHOST.QUERY", "GHOST.EXEC", "GHOST.BATCH"]),
      random.pick(["select 1", "select ?", "nonsense", "", '[["select 1"]]', "\x00"]),
      ...random.pick([[], ["[1]"], ["{"], ['[{"$int":"x"}]']]),
    ],
  ],
];

/** One thing to send. */
export function hostileBytes(random: Random): string {
  return random.weighted<() => string>([
    [10, () => whole(random)],
    [14, () => broken(random, whole(random))],
    [4, () => `${random.pick(SIGNS)}${random.pick(LENGTHS)}\r\n${random.pick(["", "\r\n", "$1\r\na\r\n", "PING\r\n"])}`],
    [3, () => `*${random.between(1, 4)}\r\n$${random.pick(LENGTHS)}\r\n${random.bytes(random.between(0, 20))}\r\n`],
    [1, () => "*1\r\n".repeat(random.between(1, DEPTH_MAX))],
    [1, () => `*${random.pick(["1000000", "1048576", "500"])}\r\n${"$1\r\na\r\n".repeat(random.between(0, 500))}`],
    [1, () => "x".repeat(random.between(1, LINE_BYTES_MAX)) + random.pick(["", "\n", "\r\n"])],
    [3, () => `${random.pick(["GET", "SET s0", "PING", "ECHO", '"', "'", "MULTI", "get\t"])} ${random.bytes(random.between(0, 60))}\r\n`],
    [2, () => random.bytes(random.between(1, 300))],
    [1, () => "\r\n".repeat(random.between(1, 5_000))],
    [1, () => `*2\r\n$${random.pick(["100000", "16777216", "536870912"])}\r\n${random.bytes(50)}`],
    [1, () => encodeCommand(["MGET", ...random.several(500, 5_000, () => field(random))]).toString("latin1")],
  ])();
}

/** Whole commands, one or several behind each other. */
function whole(random: Random): string {
  return random.several(1, 3, () => encodeCommand(command(random)).toString("latin1")).join("");
}

function command(random: Random): string[] {
  const draw = { random, client: 0, clients: 1, nextId: () => `${random.between(1, 1_000_000)}-1` };
  const words = random.weighted(random.chance(0.2) ? OWN : random.pick(FAMILIES).commands)(draw);
  return words.map((word) => (typeof word === "string" ? word : "17"));
}

function broken(random: Random, bytes: string): string {
  const at = random.between(0, bytes.length - 1);
  return random.pick<() => string>([
    () => bytes.slice(0, at),
    () => bytes.slice(at),
    () => bytes.slice(0, at) + random.bytes(1) + bytes.slice(at + 1),
    () => bytes.slice(0, at) + random.bytes(random.between(1, 10)) + bytes.slice(at),
    () => bytes.slice(0, at) + bytes.slice(random.between(0, bytes.length - 1)),
    () => bytes.replace(/\d+/, random.pick(LENGTHS)),
    () => bytes.replaceAll("\r\n", random.pick(["\n", "\r", "\r\n\r\n", ""])),
    () => bytes.replace(/[*$]/, random.pick(SIGNS)),
  ])();
}
