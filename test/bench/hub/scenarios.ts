/** What is measured of the hub, and of redis-server beside it. */
import { fileURLToPath } from "node:url";
import { pause } from "../../rig/wait.ts";
import type { Contender } from "../contenders/contender.ts";
import type { FigureId, Measure } from "../figures.ts";
import type { Options } from "../options.ts";
import type { Samples } from "../samples.ts";
import { proportionalBytes } from "../usage.ts";
import { fill, type Load, say, thousandsPerSecond } from "./redis-benchmark.ts";
import { percentile, requestTimes } from "./request.ts";
import { saturatedRestartTimes } from "./restart.ts";
import { sdkFigures } from "./sdk.ts";
import { type HubContender, openPlace } from "./servers.ts";
import { sqlFileFigures } from "./sql-file.ts";

/** One set-up and what is measured in it. */
export interface HubScenario {
  readonly name: string;
  readonly measures: readonly Measure[];
  /** Whether a redis-server is measured as well. */
  readonly forRedis: boolean;
  readonly run: (contender: HubContender, samples: Samples, options: Options, ghost: Contender) => Promise<void>;
}

const FAN_OUT = fileURLToPath(new URL("fan-out.ts", import.meta.url));
const SUBSCRIBERS = 1_000;
const COLD_KEYS = 100_000;
const MANY_KEYS = 1_000_000;
/** What changes with each command, so that no write is one that changes nothing. */
const CHANGING = "value:__rand_int__:abcdefghijklmnopqrstuvwxyz0123456789";
const BYTES_PER_MB = 1e6;
/** A server is let alone for so long before its memory is read, in ms. */
const SETTLE_MS = 3_000;

/** Every set-up, in the order in which they run. */
export const HUB_SCENARIOS: readonly HubScenario[] = [
  { name: "hot commands", measures: ["hub-hot"], forRedis: true, run: measureHot },
  { name: "cold keys", measures: ["hub-cold"], forRedis: true, run: measureCold },
  { name: "durable writes", measures: ["hub-durable"], forRedis: true, run: measureDurable },
  { name: "fan-out", measures: ["hub-fan-out"], forRedis: true, run: measureFanOut },
  { name: "requests", measures: ["hub-request"], forRedis: false, run: measureRequests },
  { name: "apps", measures: ["hub-sdk"], forRedis: false, run: measureSdk },
  { name: "files of SQL", measures: ["hub-sql"], forRedis: false, run: measureSql },
  { name: "a million keys", measures: ["hub-memory"], forRedis: true, run: measureMemory },
  { name: "restarts beside a busy hub", measures: ["hub-restart"], forRedis: false, run: measureRestart },
];

const HOT: readonly (readonly [FigureId, readonly string[], Pick<Load, "pipeline">])[] = [
  ["hub-publish", ["PUBLISH", "channel", "message"], {}],
  ["hub-publish-16", ["PUBLISH", "channel", "message"], { pipeline: 16 }],
  ["hub-get", ["GET", "key:000000000001"], {}],
  ["hub-get-16", ["GET", "key:000000000001"], { pipeline: 16 }],
];

async function measureHot(contender: HubContender, samples: Samples, { quick }: Options): Promise<void> {
  await using place = await openPlace(contender, false);
  const { socket } = place.server();
  await fill(socket, 10);
  for (const [figure, command, { pipeline = 1 }] of HOT) {
    const requests = (quick ? 50_000 : 200_000) * (pipeline > 1 ? 5 : 1);
    await thousandsPerSecond(socket, { clients: 50, requests: requests / 5, pipeline }, command);
    samples.add(figure, contender, await thousandsPerSecond(socket, { clients: 50, requests, pipeline }, command));
  }
}

/**
 * Keys that are there and that nobody has asked for since the server was started. Redis has nothing to read them from: it keeps them in memory.
 * Before, other keys are asked for: what a server compiles in its first second is not what it does in all the others.
 */
async function measureCold(contender: HubContender, samples: Samples): Promise<void> {
  await using place = await openPlace(contender, contender === "redis");
  await fill(place.server().socket, COLD_KEYS);
  await fill(place.server().socket, COLD_KEYS, "other");
  await place.restart();
  const load = { clients: 50, requests: COLD_KEYS, random: COLD_KEYS };
  await thousandsPerSecond(place.server().socket, load, ["GET", "other:__rand_int__"]);
  samples.add("hub-cold-get", contender, await thousandsPerSecond(place.server().socket, load, ["GET", "key:__rand_int__"]));
}

const DURABLE: readonly (readonly [FigureId, number, readonly string[]])[] = [
  ["hub-set-50", 50, ["SET", "key:__rand_int__", CHANGING]],
  ["hub-set-1", 1, ["SET", "key:__rand_int__", CHANGING]],
  ["hub-xadd-50", 50, ["XADD", "stream", "*", "field", CHANGING]],
  ["hub-xadd-1", 1, ["XADD", "stream", "*", "field", CHANGING]],
];

/** As many before what is measured: by then a server has compiled what it does all day, and its log and its tables are written over and not only longer. */
const DURABLE_BEFORE = 200_000;

async function measureDurable(contender: HubContender, samples: Samples, { quick }: Options): Promise<void> {
  for (const [figure, clients, command] of DURABLE) {
    await using place = await openPlace(contender, true);
    const requests = (quick ? 20_000 : 150_000) / (clients === 1 ? 10 : 1);
    const load = { clients, requests, random: 200_000 };
    await thousandsPerSecond(place.server().socket, { ...load, clients: 50, requests: quick ? 50_000 : DURABLE_BEFORE }, command);
    samples.add(figure, contender, await thousandsPerSecond(place.server().socket, load, command));
  }
}

async function measureFanOut(contender: HubContender, samples: Samples, { quick }: Options): Promise<void> {
  await using place = await openPlace(contender, false);
  const said = await say([process.execPath, FAN_OUT, place.server().socket, `${SUBSCRIBERS}`, quick ? "100" : "500"]);
  samples.add("hub-fan-out", contender, Number(said) / 1000);
}

async function measureRequests(contender: HubContender, samples: Samples): Promise<void> {
  const times = await requestTimes();
  samples.add("hub-request-p50", contender, percentile(times, 50));
  samples.add("hub-request-p99", contender, percentile(times, 99));
}

async function measureSdk(contender: HubContender, samples: Samples): Promise<void> {
  const { published, received, getUs } = await sdkFigures();
  samples.add("hub-sdk-publish", contender, published / 1000);
  samples.add("hub-sdk-receive", contender, received / 1000);
  samples.add("hub-sdk-get", contender, getUs);
}

async function measureSql(contender: HubContender, samples: Samples): Promise<void> {
  const { openSeconds, readFactor } = await sqlFileFigures();
  samples.add("hub-sql-open", contender, openSeconds);
  samples.add("hub-sql-read", contender, readFactor);
}

async function measureMemory(contender: HubContender, samples: Samples): Promise<void> {
  await using place = await openPlace(contender, false);
  await pause(SETTLE_MS);
  const emptyBytes = proportionalBytes([place.server().pid]);
  await fill(place.server().socket, MANY_KEYS);
  await pause(SETTLE_MS);
  samples.add("hub-memory", contender, (proportionalBytes([place.server().pid]) - emptyBytes) / BYTES_PER_MB);
}

async function measureRestart(contender: HubContender, samples: Samples, { kills }: Options, ghost: Contender): Promise<void> {
  samples.add("hub-restart", contender, ...(await saturatedRestartTimes(ghost, kills)));
}
