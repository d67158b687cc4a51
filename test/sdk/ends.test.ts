import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as assert from "uvu/assert";
import { type Server, startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { lacks, makeApp, RUNTIMES } from "./app-rig.ts";

test.limit(60_000);
const USES = `
import { Ghost } from "ghost-sdk";
await Ghost.metrics.increment("runs");
await Ghost.data.set("a", 1);
const told = [await Ghost.data.get("a"), (await Ghost.data.query("SELECT 1 AS one"))[0].one];
await Ghost.bus.publish("orders", { id: 1 });
const subscription = Ghost.bus.subscribe("letters");
await subscription.ready;
await Ghost.bus.publish("letters", "b");
told.push((await subscription.next()).value.data);
await subscription.unsubscribe();
const answering = Ghost.bus.respond("sums", (numbers) => numbers[0] + numbers[1]);
await answering.ready;
told.push(await Ghost.bus.request("sums", [1, 2]));
await answering.unsubscribe();
const saga = Ghost.saga.define("order-" + process.pid, [{ name: "a", run: () => 7 }]);
told.push((await saga.start({})).value.a);
void Ghost.data.increment("last");
console.log(JSON.stringify(told));
`;
const LISTENS = `
import { Ghost } from "ghost-sdk";
let heard = 0;
const subscription = Ghost.bus.subscribe("words", async () => { if (++heard === 2) { await subscription.unsubscribe(); console.log("heard"); } });
await subscription.ready;
console.log("ready");
`;
let server: Server;

test.before(async () => {
  server = await startHub();
});
test.after(async () => {
  await server[Symbol.asyncDispose]();
});

for (const [name, runtime] of Object.entries(RUNTIMES)) {
  const lack = await lacks(runtime);
  test.unless(lack, `under ${name} a script ends by itself when its work is done, without Ghost.close()`, async () => {
    using app = makeApp();
    const { code, stdout, stderr } = await app.run(USES, { runtime, env: { GHOST_HUB: server.path } });
    assert.equal([code, stdout.trim(), stderr], [0, '[1,1,"b",3,7]', ""]);
  });

  test.unless(lack, `under ${name} a script that listens lives on, also while the hub is away, until it listens to nothing`, async () => {
    await using hub = await startHub();
    using app = makeApp();
    const [program, ...words] = runtime;
    const env = { ...app.env, GHOST_HUB: hub.path };
    const child = spawn(program as string, [...words, app.write("app.mjs", LISTENS)], {
      cwd: app.dir,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]() as AsyncIterableIterator<string>;
    assert.is((await lines.next()).value, "ready");
    const publish = () =>
      app.run(`import { Ghost } from "ghost-sdk"; await Ghost.bus.publish("words", 1);`, { env: { GHOST_HUB: hub.path } });
    assert.is((await publish()).code, 0);
    await hub.restart();
    const said: string[] = [];
    const reading = (async () => {
      for await (const line of lines) said.push(line);
    })();
    // The subscription comes back in its own time.
    while (!said.includes("heard") && child.exitCode === null) assert.is((await publish()).code, 0);
    const [code] = await ended;
    // What it wrote may come after the news of its end.
    await reading;
    // That the hub is back may be told after the message that came with it.
    assert.equal([code, said.filter((line) => line === "heard")], [0, ["heard"]]);
  });
}

test("a script that waits for a saga that another program holds lives on until that is at rest", async () => {
  using app = makeApp();
  const program = (held: string) => `
    import { Ghost } from "ghost-sdk";
    const order = Ghost.saga.define("held", [{ name: "a", run: ${held} }]);
    console.log(JSON.stringify(await order.start({}, { id: "1" })));
  `;
  const env = { GHOST_HUB: server.path };
  using other = makeApp();
  const first = app.run(program(`async () => { await Ghost.data.set("began", 1); while (!(await Ghost.data.get("asked"))); return 1; }`), {
    env,
  });
  const second = other.run(
    `import { Ghost as G } from "ghost-sdk"; while (!(await G.data.get("began"))); setTimeout(() => G.data.set("asked", 1), 300);${program("() => 2")}`,
    { env },
  );
  for (const { code, stdout, stderr } of [await first, await second])
    assert.equal([code, stdout.trim(), stderr], [0, '{"ok":true,"value":{"a":1}}', ""]);
});

test("a script whose hub goes away ends when its work is done", async () => {
  await using hub = await startHub();
  using app = makeApp();
  const text = `import { Ghost } from "ghost-sdk"; await Ghost.data.set("a", 1); console.log("set"); process.stdin.once("data", () => process.stdin.destroy());`;
  const [program, ...words] = RUNTIMES.Node;
  const env = { ...app.env, GHOST_HUB: hub.path };
  const child = spawn(program, [...words, app.write("app.mjs", text)], { cwd: app.dir, env, stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  await hub.kill();
  child.stdin.write("go\n");
  assert.is((await ended)[0], 0);
});

test.run();
