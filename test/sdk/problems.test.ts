import * as assert from "uvu/assert";
import { hubSocket } from "../hub/asking.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { makeApp } from "./app-rig.ts";

test.limit(60_000);

const records = (text: string): string[] => [...text.matchAll(/^\S+ ((?:warn|error) .*)$/gm)].map(([, record = ""]) => record);

test("each failed delivery of a persistent message is logged with its number, and the last one with where it is put aside", async () => {
  await using home = makeHome();
  using app = makeApp();
  await home.ok(["hub", "start"]);
  const { code, stdout, stderr } = await app.run(
    `import { Ghost } from "ghost-sdk";
     const { entryId } = await Ghost.bus.publishPersistent("jobs", { to: "nobody" }, { id: "job-1" });
     const jobs = Ghost.bus.consume("jobs", { group: "g", deliveryLimit: 2, retryDelay: "10ms" }, () => { throw new Error("no address"); });
     for await (const { data } of Ghost.bus.consume("jobs:dead", { group: "undertaker" })) { console.log(JSON.stringify([entryId, data])); break; }
     await jobs[Symbol.asyncDispose]();
     await Ghost.close();`,
    { env: { GHOST_HUB: hubSocket(home) } },
  );
  assert.is(code, 0, stderr);
  const [entryId, data] = JSON.parse(stdout) as [string, unknown];
  assert.equal(data, { to: "nobody" });
  const told = `id=job-1 entry=${entryId} error=Error: no address`;
  assert.equal(records(stderr), [
    `warn  cannot handle a message of jobs: delivery 1 of 2 failed, it comes again ${told}`,
    `error cannot handle a message of jobs: delivery 2 of 2 failed, it is put aside in jobs:dead ${told}`,
  ]);
  const dead = (await home.ok(["bus", "stream", "dead", "jobs", "--json"])).json<{ entry: string; deliveries: number; reason: string }>();
  assert.equal([dead.entry, dead.deliveries, dead.reason], [entryId, 2, "no address"]);
});

test("after the connection was lost, an app's log says that it is subscribed again and what may be missing", async () => {
  await using home = makeHome();
  using app = makeApp();
  await home.ok(["hub", "start"]);
  const { pid } = (await home.ok(["hub", "--json"])).json<{ pid: number }>();
  const { stdout, stderr } = await app.run(
    `import { Ghost } from "ghost-sdk";
     let heard;
     const subscription = Ghost.bus.subscribe("price", (price) => { heard = price; });
     await subscription.ready;
     process.kill(${pid}, "SIGKILL");
     // On the same connection: what came before it is told by then.
     while (heard === undefined) await Ghost.bus.publish("price", 1).catch(() => undefined);
     console.log(heard);
     await Ghost.close();`,
    { env: { GHOST_HUB: hubSocket(home) } },
  );
  assert.match(stdout, /^1$/m, stderr);
  const missing = "messages of meanwhile may be missing, nobody knows how many";
  assert.ok(records(stderr).includes(`warn  the connection was lost, and price is subscribed to again: ${missing}`), stderr);
});

test("an app that the hub cuts off is told why in its log, and the hub's log and ghost doctor name it", async () => {
  await using home = makeHome();
  using app = makeApp();
  await home.ok(["hub", "start"]);
  const { code, stdout, stderr } = await app.run(
    `import { connect } from "node:net";
     import { Ghost } from "ghost-sdk";
     const { error } = console;
     const told = new Promise((resolve) => { console.error = (line) => resolve(error(line)); });
     await Ghost.init({ name: "big orders" });
     const orders = Ghost.bus.subscribe("orders", () => undefined);
     await orders.ready;
     const other = connect(process.env.GHOST_HUB);
     const size = 40 * 1024 * 1024;
     other.write("*3\\r\\n$7\\r\\nPUBLISH\\r\\n$6\\r\\norders\\r\\n$" + size + "\\r\\n" + "x".repeat(size) + "\\r\\n");
     await told;
     other.destroy();
     console.log(await Ghost.bus.publish("orders", 1));
     await Ghost.close();`,
    { env: { GHOST_HUB: hubSocket(home) } },
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /^1$/m);
  const why = /it left \S+ MiB of messages unread, and a subscriber may leave 32 MiB, or 8 MiB for 60 s/;
  assert.match(stderr, new RegExp(`warn {2}the hub had cut this app off, and it is connected again: ${why.source}`));
  assert.match((await home.ok(["logs", "ghost/hub"])).stdout, new RegExp(`cut off the client big-orders at \\S+: ${why.source}`));
  const doctor = await home.ghost(["doctor"]);
  assert.match(
    doctor.stdout.replace(/\s+/g, " "),
    new RegExp(`the hub cut off the client big-orders .*${why.source} hint: have it read faster`),
  );
});

test.run();
