import * as assert from "uvu/assert";
import { type Server, startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { lacks, makeApp, RUNTIMES } from "./app-rig.ts";

test.limit(60_000);
const APP = `
import { G, Ghost, GhostApp } from "ghost-sdk";
class Hello extends GhostApp {
  async run(args) {
    await Ghost.metrics.increment("hello.runs");
    const subscription = Ghost.bus.subscribe("greetings");
    await subscription.ready;
    await Ghost.bus.publish("greetings", { to: "größe" });
    const { value } = await subscription.next();
    await subscription.unsubscribe();
    await Ghost.data.set("greeted", value.data);
    G.info("hello", { args, greeted: await Ghost.data.get("greeted"), rows: await Ghost.data.query("SELECT 1 AS one") });
  }
  onAfterRun() { G.info("bye"); }
}
await Ghost.run(Hello);
`;
let server: Server;

test.before(async () => {
  server = await startHub();
});
test.after(async () => {
  await server[Symbol.asyncDispose]();
});

for (const [name, runtime] of Object.entries(RUNTIMES)) {
  test.unless(await lacks(runtime), `under ${name} an app uses bus, data, metrics and log, and ends by itself`, async () => {
    using app = makeApp();
    const { code, stdout, stderr } = await app.run(APP, { runtime, env: { GHOST_HUB: server.path, GHOST_NAME: "hello" }, args: ["a"] });
    assert.is(code, 0, stderr);
    const records = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(
      records.map(({ time, ...rest }) => rest),
      [
        { level: "info", message: "hello", args: ["a"], greeted: { to: "größe" }, rows: [{ one: 1 }] },
        { level: "info", message: "bye" },
      ],
      stderr,
    );
  });
}

test.run();
