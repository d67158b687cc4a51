import { type ChildProcess, spawn } from "node:child_process";
import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { type AppFolder, makeApp, RUNTIMES } from "./app-rig.ts";

interface Running {
  readonly child: ChildProcess;
  said(): string;
  readonly ended: Promise<number | string | null>;
}

/** An app whose class has this body. */
const appOf = (body: string): string => `
import { G, Ghost, GhostApp } from "ghost-sdk";
class App extends GhostApp {
${body}
}
await Ghost.run(App);
`;

function start(app: AppFolder, body: string): Running {
  const [program = "", ...words] = RUNTIMES.Node;
  const child = spawn(program, [...words, app.write("app.mjs", appOf(body))], {
    cwd: app.dir,
    env: app.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      text += bytes;
    });
  return { child, said: () => text, ended: new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal))) };
}

const messages = (text: string): string[] =>
  [...text.matchAll(/^\S+ (?:debug|info|warn|error) +(.*)$/gm)].map(([, message = ""]) => message);

test("a one-shot runs in order, and ends with 0", async () => {
  using app = makeApp();
  const { code, stdout } = await app.run(
    appOf(
      'onBeforeRun() { G.info("before"); } run(args) { G.info(`run ${args}`); } onTick() { G.info("tick"); } onAfterRun() { G.info("after"); }',
    ),
    { args: ["a", "b"] },
  );
  assert.equal(messages(stdout), ["before", "run a,b", "after"]);
  assert.is(code, 0);
});

test("a service without run only ticks; a one-shot without run says that there is none, and ends with 1", async () => {
  using app = makeApp();
  const ticking = await app.run(
    appOf('isService = true; tickInterval = "1ms"; onTick() { G.info("tick"); void this.stop(); } onAfterRun() { G.info("after"); }'),
  );
  assert.equal([messages(ticking.stdout), ticking.code], [["tick", "after"], 0]);
  const { code, stdout, stderr } = await app.run(appOf('onTick() { G.info("tick"); } onAfterRun() { G.info("after"); }'));
  assert.match(stdout + stderr, "cannot run App: it has no run(), and only a service");
  assert.not.match(stdout, /tick|is not a function/);
  assert.is(code, 1);
});

test("what run throws is told to onError, onAfterRun still runs, and the exit code is 1", async () => {
  using app = makeApp();
  const { code, stdout } = await app.run(
    appOf('run() { throw new Error("no"); } onError(error) { G.info(`told ${error.message}`); } onAfterRun() { G.info("after"); }'),
  );
  assert.equal([messages(stdout), code], [["told no", "after"], 1]);
});

test("a service ticks after run and while it is pending, never two at a time, and ends in order on SIGTERM", async () => {
  using app = makeApp();
  const { child, said, ended } = start(
    app,
    `isService = true; tickInterval = "5ms"; ticks = 0; busy = false;
     async run() { while (!this.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5)); G.info("run is over"); }
     async onTick() { if (this.busy) G.error("overlap"); this.busy = true; await new Promise((resolve) => setTimeout(resolve, 8)); this.busy = false; if (++this.ticks === 3) G.info("three"); }
     onAfterRun() { G.info("after"); }`,
  );
  await waitFor(() => said().includes("three"), { what: "three ticks", seen: said });
  child.kill("SIGTERM");
  assert.is(await ended, 0);
  assert.equal(messages(said()), ["three", "run is over", "after"]);
});

test("a tick that fails is told and the next one comes; what onError throws ends the service with 1", async () => {
  using app = makeApp();
  const { code, stdout } = await app.run(
    appOf(
      'isService = true; tickInterval = "2ms"; n = 0; run() {} onTick() { throw new Error(`tick ${++this.n}`); } onError(error) { G.info(error.message); if (this.n === 3) throw error; } onAfterRun() { G.info("after"); }',
    ),
  );
  assert.equal([messages(stdout), code], [["tick 1", "tick 2", "tick 3", "after"], 1]);
});

test("an error is logged once, with its stack, whatever the app's own onError does", async () => {
  using app = makeApp();
  const own = 'onError() { G.warn("mine"); }';
  for (const hook of ["run", "onBeforeRun", "onAfterRun"]) {
    const { code, stderr } = await app.run(appOf(`run() {} ${hook}() { throw new Error("no bread"); } ${own}`));
    assert.equal([messages(stderr), code], [["the app failed error=Error: no bread", "mine"], 1]);
    assert.match(stderr, new RegExp(`at App\\.${hook} `));
  }
  const untold = await app.run(appOf('run() { throw new Error("no bread"); }'));
  assert.equal([messages(untold.stderr), untold.code], [["the app failed error=Error: no bread"], 1]);
});

test("a key that is missing or none is logged at the start of an app whose data are encrypted, with how to make one", async () => {
  using app = makeApp();
  const GHOST_CONFIG = JSON.stringify({ encryption: { keyEnv: "SHOP_KEY" }, core: { settings: { autoMonitor: false } } });
  const run = async (more: Record<string, string>) =>
    messages((await app.run(appOf('run() { G.warn("runs"); }'), { env: { GHOST_CONFIG, ...more } })).stderr);
  const recipe = "openssl rand -base64 32";
  const useless = "no call of Ghost.data works without";
  assert.equal(await run({}), [
    `cannot encrypt the data: the variable SHOP_KEY is not set; ${useless} hint=set SHOP_KEY to what this prints: ${recipe}`,
    "runs",
  ]);
  const [short] = await run({ SHOP_KEY: "c2hvcnQ=" });
  assert.match(short ?? "", /key 1 is 5 bytes long instead of 32 bytes as base64; .* hint=make one with: openssl rand -base64 32$/);
  assert.equal(await run({ SHOP_KEY: Buffer.alloc(32, 7).toString("base64") }), ["runs"]);
});

test("a tick that fails is told as that, and the end only where onError ends the app", async () => {
  using app = makeApp();
  const { code, stderr } = await app.run(
    appOf(
      'isService = true; tickInterval = "2ms"; n = 0; run() {} onTick() { throw new Error(`tick ${++this.n}`); } onError(error) { if (this.n === 2) throw error; }',
    ),
  );
  const failed = ["a tick failed error=Error: tick 1", "a tick failed error=Error: tick 2"];
  assert.equal([messages(stderr), code], [[...failed, "the app ends: onError threw"], 1]);
});

test("a one-shot that is interrupted ends with 128 and the signal's number, after onAfterRun", async () => {
  using app = makeApp();
  const { child, said, ended } = start(
    app,
    'async run() { G.info("runs"); await new Promise((resolve) => this.signal.addEventListener("abort", resolve)); } onAfterRun() { G.info("after"); }',
  );
  await waitFor(() => said().includes("runs"), { what: "the app to run", seen: said });
  child.kill("SIGINT");
  assert.is(await ended, 130);
  assert.equal(messages(said()), ["runs", "after"]);
});

test("an app that does not end in its time is ended", async () => {
  using app = makeApp();
  const { child, said, ended } = start(
    app,
    'stopTimeout = "50ms"; async run() { G.info("runs"); setInterval(() => {}, 1000); await new Promise(() => {}); }',
  );
  await waitFor(() => said().includes("runs"), { what: "the app to run", seen: said });
  child.kill("SIGTERM");
  assert.is(await ended, 143);
  assert.match(said(), /did not end within 50ms/);
});

test("without a hub metrics are dropped and counted, bus and data fail with a code, and memory is there when asked for", async () => {
  using app = makeApp();
  const program = (init: string) => `
import { Ghost } from "ghost-sdk";
${init}
await Ghost.metrics.increment("a");
const told = await Ghost.data.set("k", 1).then(() => Ghost.data.get("k"), (error) => error.code);
const reached = await Ghost.bus.publish("a", 1).catch((error) => error.code);
await new Promise((resolve) => setTimeout(resolve));
console.log(JSON.stringify([told, reached, Ghost.metrics.dropped]));
await Ghost.close();
`;
  const { stdout, stderr, code } = await app.run(program(""));
  assert.equal(JSON.parse(stdout), ["HUB_UNREACHABLE", "HUB_UNREACHABLE", 1], stderr);
  assert.is(code, 0);
  const inMemory = await app.run(program('await Ghost.init({ fallback: "memory" });'));
  assert.equal(JSON.parse(inMemory.stdout), [1, 0, 1], inMemory.stderr);
});

test.run();
