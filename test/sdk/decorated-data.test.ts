import * as assert from "uvu/assert";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { type Server, startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { makeApp, RUNTIMES } from "./app-rig.ts";

test.limit(60_000);
const CONFIG = {
  app: { id: "shop", name: "shop" },
  core: { mode: "test", settings: { autoMonitor: false } },
  cache: { defaultExpirationMs: 60_000, maxEntries: 100 },
  encryption: { keyEnv: "SHOP_KEY" },
};
const KEY = Buffer.alloc(32, 7).toString("base64");
const APP = `
import { Ghost } from "ghost-sdk";
await Ghost.data.set("card", { number: 1234 });
for (let time = 0; time < 3; time++) console.log(JSON.stringify(await Ghost.data.get("card")));
await Ghost.bus.publish("cache:invalidation", "card");
console.log(JSON.stringify(await Ghost.data.get("card")));
await Ghost.data.execute("CREATE TABLE IF NOT EXISTS t (v)");
await Ghost.close();
`;
let server: Server;

test.before(async () => {
  server = await startHub();
});
test.after(async () => {
  await server[Symbol.asyncDispose]();
});

const environment = (more: Record<string, string>) => ({
  GHOST_HUB: server.path,
  GHOST_NAME: "shop",
  GHOST_CONFIG: JSON.stringify(CONFIG),
  ...more,
});

for (const name of ["Node", "Bun"] as const) {
  test(`under ${name} data is encrypted, cached and measured as .ghost.yaml says`, async () => {
    using app = makeApp();
    const { code, stdout, stderr } = await app.run(APP, { runtime: RUNTIMES[name], env: environment({ SHOP_KEY: KEY }) });
    assert.is(code, 0, stderr);
    assert.equal(stdout.trim().split("\n"), Array(4).fill('{"number":1234}'));
    const hub = hubSession({ path: server.path });
    assert.match(String(Buffer.from((await hub.send(["GET", "card"])) as Uint8Array)), /^"?ghost-sealed\.1\.A256GCM\./);
    const metrics = JSON.stringify(await hub.send(["GHOST.METRICS", "ghost.data.*"]), (_, value) =>
      value instanceof Uint8Array ? String(Buffer.from(value)) : value,
    );
    assert.match(metrics, /ghost\.data\.get\.success/);
    await hub.close();
  });
}

test("without the key nothing is stored in plaintext", async () => {
  using app = makeApp();
  const program = `
    import { Ghost } from "ghost-sdk";
    console.log(await Ghost.data.set("secret", 1).catch(({ code }) => code));
    await Ghost.close();`;
  const { stdout, stderr } = await app.run(program, { env: environment({}) });
  assert.is(stdout.trim(), "ENCRYPTION_KEY_INVALID", stderr);
});

test.run();
