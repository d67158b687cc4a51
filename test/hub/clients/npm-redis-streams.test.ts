import { createClient } from "redis";
import * as assert from "uvu/assert";
import { test } from "../../rig/test.ts";
import { onBoth } from "./servers.ts";

for (const RESP of [2, 3] as const)
  onBoth(null, `the redis package works with streams and consumer groups (RESP${RESP})`, async ({ socket }) => {
    const options = { socket: { path: socket, tls: false }, RESP } as const;
    const [client, waiting] = [createClient(options), createClient(options)];
    for (const each of [client, waiting]) each.on("error", () => undefined);
    await Promise.all([client.connect(), waiting.connect()]);
    await client.xGroupCreate("s", "g", "$", { MKSTREAM: true });
    const blocked = waiting.xReadGroup("g", "anna", { key: "s", id: ">" }, { BLOCK: 5_000 });
    const id = await client.xAdd("s", "*", { text: "hello" });
    const read = JSON.parse(JSON.stringify(await blocked));
    assert.match(JSON.stringify(read), new RegExp(`"${id}".*"text".*"hello"`));
    assert.is((await client.xPending("s", "g"))?.pending, 1);
    assert.is(await client.xAck("s", "g", id), 1);
    assert.is(await client.xLen("s"), 1);
    assert.is((await client.xRange("s", "-", "+"))?.[0]?.message.text, "hello");
    assert.is((await client.xInfoGroups("s"))[0]?.name, "g");
    await Promise.all([client.close(), waiting.close()]);
  });

test.run();
