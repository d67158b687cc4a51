import type { Step, Word } from "../steps.ts";
import { integer, notInteger, streamKey } from "../values.ts";
import { command, type Draw, type Family, maybe } from "./family.ts";
import { oldId, readOptions, readStreams } from "./streams.ts";

const group = (random: Draw["random"]): string => (random.chance(0.06) ? random.pick(["", "nosuch", "\x00g"]) : random.pick(["g0", "g1"]));
const consumer = (random: Draw["random"]): string =>
  random.chance(0.05) ? random.pick(["", "c\xff"]) : random.pick(["anna", "bob", "carl"]);

/** Consumer groups. */
export const GROUPS: Family = {
  name: "groups",
  commands: [
    [6, ({ random }) => ["XGROUP", "CREATE", streamKey(random), group(random), groupStart(random), ...createOptions(random)]],
    [
      1,
      ({ random }) => [
        "XGROUP",
        "SETID",
        streamKey(random),
        group(random),
        groupStart(random),
        ...maybe(random, 0.3, () => ["ENTRIESREAD", integer(random)]),
      ],
    ],
    [1, ({ random }) => ["XGROUP", "DESTROY", streamKey(random), group(random)]],
    [2, ({ random }) => ["XGROUP", random.pick(["CREATECONSUMER", "DELCONSUMER"]), streamKey(random), group(random), consumer(random)]],
    [0.5, ({ random }) => ["XGROUP", ...random.pick([[], ["NOSUCH"], ["CREATE"], ["CREATE", "x0", "g0", "0", "NOPE"], ["HELP"]])]],
    [
      12,
      ({ random }) => [
        "XREADGROUP",
        "GROUP",
        group(random),
        consumer(random),
        ...readOptions(random),
        ...maybe(random, 0.15, () => ["NOACK"]),
        "STREAMS",
        ...readStreams(random, [">", ">", ">", "0"]),
      ],
    ],
    [6, (draw) => ["XADD", streamKey(draw.random), draw.nextId(), "f", "v"]],
    [6, ({ random }) => ["XACK", streamKey(random), group(random), ...random.several(1, 3, () => oldId(random))]],
    [3, ({ random }) => ["XPENDING", streamKey(random), group(random)]],
    [
      4,
      ({ random }) => [
        "XPENDING",
        streamKey(random),
        group(random),
        ...maybe(random, 0.3, () => ["IDLE", idle(random)]),
        random.chance(0.8) ? "-" : oldId(random),
        random.chance(0.8) ? "+" : oldId(random),
        integer(random),
        ...maybe(random, 0.4, () => [consumer(random)]),
      ],
    ],
    [
      5,
      ({ random }) => [
        "XCLAIM",
        streamKey(random),
        group(random),
        consumer(random),
        idle(random),
        ...random.several(1, 3, () => oldId(random)),
        ...claimOptions(random),
      ],
    ],
    [
      4,
      ({ random }) => [
        "XAUTOCLAIM",
        streamKey(random),
        group(random),
        consumer(random),
        idle(random),
        random.chance(0.6) ? "0-0" : oldId(random),
        ...maybe(random, 0.4, () => ["COUNT", integer(random)]),
        ...maybe(random, 0.3, () => ["JUSTID"]),
      ],
    ],
    [3, ({ random }) => ["XINFO", random.pick(["GROUPS", "STREAM"]), streamKey(random)]],
    [2, ({ random }) => ["XINFO", "CONSUMERS", streamKey(random), group(random)]],
    [2, ({ random }) => ["XINFO", "STREAM", streamKey(random), "FULL"]],
    [2, ({ random }) => ["XDEL", streamKey(random), oldId(random)]],
    [1, ({ random }) => ["XTRIM", streamKey(random), "MAXLEN", String(random.between(0, 6))]],
    [0.5, ({ random }) => ["DEL", streamKey(random)]],
  ],
  scenes: [
    [4, prepare],
    [2, blockInGroup],
  ],
};

/** A stream with entries and a group, some of them delivered: without it most commands would only say that there is no group. */
function prepare(draw: Draw): Step[] {
  const { random, client } = draw;
  const [key, name] = [random.pick(["x0", "x1", "x2"]), random.pick(["g0", "g1"])];
  return [
    command(client, "XGROUP", "CREATE", key, name, random.pick(["0", "$"]), "MKSTREAM"),
    ...random.several(1, 5, () => command(client, "XADD", key, draw.nextId(), "f", "v")),
    ...random.several(1, 2, () =>
      command(client, "XREADGROUP", "GROUP", name, consumer(random), "COUNT", String(random.between(1, 4)), "STREAMS", key, ">"),
    ),
  ];
}

/** One or two consumers wait; another client adds, or takes stream or group away. */
function blockInGroup(draw: Draw): Step[] {
  const { random, client, clients } = draw;
  const [key, name] = [random.pick(["x0", "x1", "x2"]), random.pick(["g0", "g1"])];
  const [second, other] = [(client + 1) % clients, (client + 2) % clients];
  const wait = (who: number) => command(who, "XREADGROUP", "GROUP", name, consumer(random), "BLOCK", "0", "STREAMS", key, ">");
  const feed = random.weighted<() => Step[]>([
    [5, () => random.several(1, 3, () => command(other, "XADD", key, draw.nextId(), "f", "v"))],
    [1, () => [command(other, "XGROUP", "DESTROY", key, name)]],
    [1, () => [command(other, random.pick(["DEL", "UNLINK"]), key)]],
    [1, () => [command(other, "SET", key, "text")]],
    [1, () => [command(other, "FLUSHDB")]],
    [
      1,
      () => [
        command(other, "MULTI"),
        command(other, "XADD", key, draw.nextId(), "f", "v"),
        command(other, "XGROUP", "DESTROY", key, name),
        command(other, "EXEC"),
      ],
    ],
  ])();
  return [
    command(client, "XGROUP", "CREATE", key, name, "$", "MKSTREAM"),
    wait(client),
    ...onlyIf(random.chance(0.4), wait(second)),
    ...feed,
  ];
}

function onlyIf(condition: boolean, step: Step): Step[] {
  return condition ? [step] : [];
}

function groupStart(random: Draw["random"]): Word {
  return random.chance(0.6) ? random.pick(["0", "$", "0-0", "-", "+"]) : oldId(random);
}

function createOptions(random: Draw["random"]): Word[] {
  return [
    ...maybe(random, 0.6, () => ["MKSTREAM"]),
    ...maybe(random, 0.2, () => ["ENTRIESREAD", random.chance(0.7) ? String(random.between(-2, 9)) : integer(random)]),
  ];
}

/** An idle time that every pending entry has, or none has: what is in between would depend on the machine. */
function idle(random: Draw["random"]): string {
  return random.weighted<() => string>([
    [8, () => "0"],
    [3, () => "3600000"],
    [1, () => random.pick(["-1", "-100000"])],
    [1, () => notInteger(random)],
  ])();
}

function claimOptions(random: Draw["random"]): Word[] {
  return [
    ...maybe(random, 0.2, () => ["IDLE", random.pick(["0", "100000", "-1", "abc"])]),
    ...maybe(random, 0.1, (): Word[] => ["TIME", random.chance(0.6) ? { now: "ms", plus: -100_000 } : random.pick(["0", "-5", "abc"])]),
    ...maybe(random, 0.2, () => ["RETRYCOUNT", random.pick(["0", "3", "-1", "abc"])]),
    ...maybe(random, 0.3, () => ["FORCE"]),
    ...maybe(random, 0.2, () => ["JUSTID"]),
    ...maybe(random, 0.1, () => ["LASTID", oldId(random)]),
  ];
}
