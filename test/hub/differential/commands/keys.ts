import type { Step, Word } from "../steps.ts";
import { anyKey, glob, longExpiry, pointInTime, value } from "../values.ts";
import { command, type Draw, type Family, maybe } from "./family.ts";

/** How long a key lives that is to expire within a scene, in ms, and how long is waited for it. */
const SHORT_LIFE_MS = "30";
const WAIT_MS = 75;

/** Commands on keys of any type, and expiry. */
export const KEYS: Family = {
  name: "keys",
  commands: [
    [5, ({ random }) => [random.pick(["DEL", "UNLINK", "EXISTS"]), ...random.several(1, 3, () => anyKey(random))]],
    [5, ({ random }) => ["EXPIRE", anyKey(random), longExpiry(random, "s"), ...condition(random)]],
    [3, ({ random }) => ["PEXPIRE", anyKey(random), longExpiry(random, "ms"), ...condition(random)]],
    [3, ({ random }) => ["EXPIREAT", anyKey(random), pointInTime(random, "s"), ...condition(random)]],
    [6, ({ random }) => [random.pick(["TTL", "PTTL"]), anyKey(random)]],
    [3, ({ random }) => ["PERSIST", anyKey(random)]],
    [5, ({ random }) => ["TYPE", anyKey(random)]],
    [3, ({ random }) => ["KEYS", glob(random)]],
    [2, () => ["DBSIZE"]],
    [0.3, ({ random }) => ["FLUSHDB", ...maybe(random, 0.5, () => [random.pick(["ASYNC", "SYNC", "NOW"])])]],
    // What is wrong with a SCAN; a right one is a scene, because its cursors are the server's own.
    [1, ({ random }) => ["SCAN", random.pick(["abc", "-1", "0x1", "18446744073709551616", ""]), ...scanOptions(random)]],
    [1, ({ random }) => ["SCAN", "0", ...random.pick([["COUNT", "0"], ["COUNT", "-1"], ["COUNT", "x"], ["MATCH"], ["LIMIT", "1"]])]],
  ],
  scenes: [
    [2, ({ random, client }): Step[] => [{ kind: "scan", client, options: scanOptions(random) }]],
    [0.6, expireSoon],
  ],
};

/** EXPIRE's conditions, now and then two of them. */
function condition(random: Draw["random"]): Word[] {
  return maybe(random, 0.5, () => random.several(1, random.chance(0.2) ? 2 : 1, () => random.pick(["NX", "XX", "GT", "LT"])));
}

function scanOptions(random: Draw["random"]): string[] {
  return [
    ...maybe(random, 0.4, () => ["MATCH", glob(random)]),
    ...maybe(random, 0.4, () => ["COUNT", String(random.between(1, 30))]),
    ...maybe(random, 0.3, () => ["TYPE", random.pick(["string", "hash", "stream", "STRING", "list", "nonsense"])]),
  ];
}

/** Keys that expire while time passes, seen through commands that treat what is not there in different ways. */
function expireSoon({ random, client, clients }: Draw): Step[] {
  const keys = random.several(1, 3, () => anyKey(random));
  const other = random.between(0, clients - 1);
  const begin = keys.map((key) =>
    random.pick([
      command(client, "SET", key, value(random), "PX", SHORT_LIFE_MS),
      command(client, "PEXPIRE", key, SHORT_LIFE_MS),
      command(client, "SET", key, value(random), "PXAT", { now: "ms", plus: Number(SHORT_LIFE_MS) }),
      command(client, "GETEX", key, "PX", SHORT_LIFE_MS),
    ]),
  );
  const watching = random.chance(0.3) ? [command(other, "WATCH", keys[0]!)] : [];
  const look = keys.map((key) =>
    command(
      other,
      ...random.pick([
        ["GET", key],
        ["EXISTS", key],
        ["TTL", key],
        ["TYPE", key],
        ["INCR", key],
        ["SET", key, "new", "XX"],
        ["SETNX", key, "n"],
        ["HSET", key, "f0", "1"],
        ["XADD", key, "1-1", "f", "v"],
        ["PERSIST", key],
        ["APPEND", key, "a"],
      ]),
    ),
  );
  const transaction = watching.length > 0 ? [command(other, "MULTI"), command(other, "PING"), command(other, "EXEC")] : [];
  return [...begin, ...watching, { kind: "wait", ms: WAIT_MS }, ...transaction, ...look];
}
