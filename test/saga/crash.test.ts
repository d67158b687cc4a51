// timeout: 120s
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HubSession } from "../../core/bus/session/session.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { type Server, startHub } from "../bus/servers.ts";
import { ROOT } from "../rig/ghost.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { type AppFolder, makeApp, RUNTIMES } from "../sdk/app-rig.ts";

const FORWARD = ["reserve", "charge", "ship"];
const BACKWARD = ["-ship", "-charge", "-reserve"];
const POINTS = ["begun", "effect", "reported"];

let hub: Server;
let app: AppFolder;
let session: HubSession;
test.before(async () => {
  hub = await startHub();
  app = makeApp();
  session = hubSession({ path: hub.path });
  copyFileSync(join(ROOT, "test/saga/programs/order.mjs"), join(app.dir, "order.mjs"));
});
test.after(async () => {
  await session.close();
  await hub[Symbol.asyncDispose]();
  app[Symbol.dispose]();
});

let sagas = 0;

/** Programs of one saga, one after the other, as a supervisor would run them. */
function makeSaga(fail = "") {
  const saga = `order${++sagas}`;
  const file = join(app.dir, saga);
  const [program, ...words] = RUNTIMES.Node;
  const children: ChildProcess[] = [];
  return {
    run(more: Record<string, string>): Promise<NodeJS.Signals | null> {
      const own = { SAGA: saga, FAIL: fail, FILE: file, GHOST_HUB: hub.path, GHOST_NAME: "shop", GHOST_INSTANCE: saga, ...more };
      const child = spawn(program, [...words, "order.mjs"], {
        cwd: app.dir,
        env: { ...app.env, ...own },
        stdio: ["ignore", "ignore", "inherit"],
      });
      children.push(child);
      return new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
    },
    state: async () => {
      const reply = (await session.send(["GHOST.SAGA", "READ", saga, "1"])) as [Uint8Array] | null;
      return reply && Buffer.from(reply[0]).toString();
    },
    /** Kills the program that was run at this place. */
    kill: (place: number) => void children[place]?.kill("SIGKILL"),
    /** Lets a step that waits go on. */
    release: () => writeFileSync(`${file}.go`, ""),
    /** What was done, in order; a key's last parts. */
    effects: () =>
      (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []).map((key) =>
        key.replace(/^.*?:1:(.*?)(:undo)?$/, (_all, step, undo) => `${undo ? "-" : ""}${step}`),
      ),
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill("SIGKILL");
        await new Promise((resolve) => child.once("exit", resolve));
      }
    },
  };
}

type OneSaga = ReturnType<typeof makeSaga>;

/** A program that only defines the saga brings it to its end. */
async function resume(saga: OneSaga, end: string): Promise<void> {
  void saga.run({});
  await waitFor(async () => (await saga.state()) === end, { what: `the saga to be ${end}`, limitMs: 20_000, seen: saga.state });
}

/** All was done in this order; only what the kill interrupted may have been done twice, one after the other. */
function checkEffects(saga: OneSaga, expected: readonly string[], killedAt: string): void {
  const effects = saga.effects();
  assert.equal(
    effects.filter((effect, index) => effect !== effects[index - 1]),
    expected,
  );
  const twice = effects.filter((effect, index) => effect === effects[index - 1]);
  assert.ok(twice.length === 0 || (twice.length === 1 && twice[0] === killedAt), `done twice: ${twice.join(", ")}`);
}

for (const step of FORWARD) {
  for (const point of POINTS) {
    test(`a program killed at "${point} ${step}" is gone on with by the next, up to the end`, async () => {
      await using saga = makeSaga();
      assert.is(await saga.run({ START: "1", KILL: `${point} ${step}` }), "SIGKILL");
      await resume(saga, "done");
      checkEffects(saga, FORWARD, step);
    });
  }
}

for (const step of [...FORWARD, ...BACKWARD]) {
  for (const point of POINTS) {
    test(`a failing saga whose program is killed at "${point} ${step}" is taken back wholly by the next`, async () => {
      await using saga = makeSaga("ship");
      assert.is(await saga.run({ START: "1", KILL: `${point} ${step}` }), "SIGKILL");
      await resume(saga, "compensated");
      checkEffects(saga, [...FORWARD, ...BACKWARD], step);
    });
  }
}

test("a program that is killed again and again gets there", async () => {
  await using saga = makeSaga("ship");
  for (const step of [...FORWARD, ...BACKWARD]) assert.is(await saga.run({ START: "1", KILL: `effect ${step}` }), "SIGKILL");
  await resume(saga, "compensated");
  assert.equal([...new Set(saga.effects())], [...FORWARD, ...BACKWARD]);
  assert.is(saga.effects().length, 2 * 6);
});

test("a second program of the same instance waits while the first lives, however long its step takes, and goes on when that is killed", async () => {
  await using saga = makeSaga();
  const first = saga.run({ START: "1", HOLD: "charge" });
  await waitFor(() => saga.effects().includes("charge"), { what: "the second step" });
  const second = saga.run({ START: "1", HOLD: "charge" });
  const clients = async () => Buffer.from((await session.send(["CLIENT", "LIST"])) as Uint8Array).toString();
  const asked = async () => (await clients()).split("\n").filter((line) => /name=shop .*cmd=ghost.saga/.test(line)).length === 2;
  await waitFor(asked, { what: "the second program to ask", seen: clients });
  assert.equal(saga.effects(), ["reserve", "charge"]);
  saga.kill(0);
  assert.is(await first, "SIGKILL");
  await waitFor(() => saga.effects().length === 3, { what: "the second step once more", limitMs: 5_000 });
  saga.release();
  assert.is(await second, null);
  assert.equal([await saga.state(), saga.effects()], ["done", ["reserve", "charge", "charge", "ship"]]);
});

test("a step that ends while the hub is away is not forgotten", async () => {
  await using saga = makeSaga();
  const ended = saga.run({ START: "1", HOLD: "charge" });
  await waitFor(() => saga.effects().includes("charge"), { what: "the second step" });
  await hub.kill();
  saga.release();
  await hub.restart();
  assert.is(await ended, null);
  assert.is(await saga.state(), "done");
  assert.equal(saga.effects(), FORWARD);
});

test.run();
