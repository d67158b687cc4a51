// timeout: 180s

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { needs } from "../rig/needs.ts";
import { newSeed, Random } from "../rig/random.ts";
import { cannotMount, fillDisk, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { checkAll, crashAgainAndAgain, makeWriters, total } from "./crash/campaign.ts";
import { KEY_KINDS, SQL_KINDS } from "./crash/kinds.ts";
import { aloneTarget, supervisedTarget, type Target } from "./crash/targets.ts";
import { cannotCompare, startRedis } from "./servers/redis.ts";
import { Connection } from "./wire/connection.ts";
import { textOf } from "./wire/reply.ts";

/** The long run is `npm run crash`. */
const KILLS = 4;
/** The small disk's size, in bytes: room for some thousand writes. */
const DISK_BYTES = 48 * 1024 * 1024;

test.limit(90_000);

async function attack(open: () => Promise<Target>): Promise<void> {
  const seed = newSeed();
  const told: string[] = [];
  await using target = await open();
  await crashAgainAndAgain(target, { kills: KILLS, random: new Random(seed), say: (line) => told.push(line) }).catch((error: Error) => {
    throw new Error(`seed ${seed}: ${error.message}\n${told.join("\n")}`);
  });
}

test.unless(
  needs("sqlite3"),
  "what a hub acknowledged is there after SIGKILL, no transaction is half, and sqlite3 finds its files whole",
  () => attack(() => aloneTarget()),
);

test.unless(needs("linux"), "the same when hub and daemon are killed", () => attack(supervisedTarget));

test.unless(cannotMount ?? needs("sqlite3"), "a full disk refuses writes and loses nothing; with room again all goes on", async () => {
  const home = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gd-"));
  {
    using _disk = mountSmall(home, DISK_BYTES);
    await using target = await aloneTarget(home);
    const writers = makeWriters([...KEY_KINDS, ...SQL_KINDS]);
    const refusals = (): boolean => writers.every(({ refused }) => refused > 0);
    const running = Promise.all(writers.map((writer) => writer.run(target.socket)));
    await waitFor(() => writers.every(({ acknowledged }) => acknowledged > 5), { what: "writes to be acknowledged", limitMs: 20_000 });
    const makeRoom = fillDisk(home);
    await waitFor(refusals, {
      what: "every writer to be refused",
      limitMs: 30_000,
      seen: () => writers.filter(({ refused }) => refused === 0).map(({ name }) => name),
    });
    const reader = await Connection.open(target.socket);
    assert.is(textOf(await reader.call("PING")), "PONG");
    makeRoom();
    const before = writers.map(({ acknowledged }) => acknowledged);
    await waitFor(() => writers.every(({ acknowledged }, at) => acknowledged > before[at]! + 3), {
      what: "writes to be acknowledged again",
      limitMs: 30_000,
      seen: () => writers.flatMap(({ name, acknowledged, refusal }, at) => (acknowledged > before[at]! + 3 ? [] : [`${name}: ${refusal}`])),
    });
    for (const writer of writers) writer.stop();
    await running;
    await checkAll(target.socket, writers);
    await target.kill(new Random(1));
    await target.back();
    await checkAll(target.socket, writers);
    assert.ok(total(writers) > 0);
  }
  rmSync(home, { recursive: true, force: true });
});

test.unless(cannotCompare, "a server that keeps nothing is found out", async () => {
  let redis = await startRedis();
  const forgetful: Target = {
    socket: redis.socket,
    data: "",
    kill: async () => {
      await redis[Symbol.asyncDispose]();
      return "a Redis without persistence";
    },
    back: async () => {
      mkdirSync(dirname(redis.socket));
      redis = await startRedis({ folder: dirname(redis.socket) });
    },
    [Symbol.asyncDispose]: async () => {
      await redis[Symbol.asyncDispose]();
      rmSync(dirname(redis.socket), { recursive: true, force: true });
    },
  };
  await using target = forgetful;
  const attacked = crashAgainAndAgain(target, { kills: 2, random: new Random(3), say: () => undefined, kinds: KEY_KINDS });
  const told = await attacked.then(String, (error: Error) => error.message);
  assert.match(told, /after \d+ acknowledged writes .*there is/);
});

test.run();
