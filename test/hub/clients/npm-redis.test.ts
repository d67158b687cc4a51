import { createClient } from "redis";
import * as assert from "uvu/assert";
import { test } from "../../rig/test.ts";
import { waitFor } from "../../rig/wait.ts";
import type { Server } from "../servers/redis.ts";
import { onBoth } from "./servers.ts";

for (const RESP of [2, 3] as const) {
  const open = async ({ socket }: Server) => {
    const client = createClient({ socket: { path: socket, tls: false }, RESP });
    client.on("error", (error) => assert.unreachable(String(error)));
    await client.connect();
    return client;
  };

  onBoth(null, `the redis package keeps keys, hashes and times (RESP${RESP})`, async (server) => {
    const client = await open(server);
    assert.is(await client.set("k", "v", { expiration: { type: "PX", value: 60_000 } }), "OK");
    assert.is(await client.get("k"), "v");
    assert.ok((await client.pTTL("k")) > 50_000);
    assert.is(await client.set("k", "w", { condition: "NX" }), null);
    assert.is(await client.incrBy("n", 41), 41);
    assert.equal(await client.mGet(["k", "none", "n"]), ["v", null, "41"]);
    assert.is(await client.hSet("h", { a: "1", b: "2" }), 2);
    assert.equal({ ...(await client.hGetAll("h")) }, { a: "1", b: "2" });
    assert.is(await client.hIncrBy("h", "a", 4), 5);
    assert.is(await client.type("h"), "hash");
    const found: string[] = [];
    for await (const keys of client.scanIterator({ MATCH: "*", COUNT: 1 })) found.push(...keys);
    assert.equal(found.sort(), ["h", "k", "n"]);
    assert.is(await client.del(["k", "n", "h"]), 3);
    assert.is(await client.dbSize(), 0);
    await client.close();
  });

  onBoth(null, `the redis package runs transactions, and sees that a watched key changed (RESP${RESP})`, async (server) => {
    const [client, other] = [await open(server), await open(server)];
    assert.equal(await client.multi().set("a", "1").incr("a").get("a").exec(), ["OK", 2, "2"]);
    await client.watch("a");
    await other.set("a", "9");
    const failed = await client
      .multi()
      .set("a", "3")
      .exec()
      .then(
        () => null,
        (error: Error) => error.constructor.name,
      );
    assert.is(failed, "WatchError");
    assert.is(await client.get("a"), "9");
    await Promise.all([client.close(), other.close()]);
  });

  onBoth(null, `the redis package subscribes to channels and patterns (RESP${RESP})`, async (server) => {
    const [subscriber, publisher] = [await open(server), await open(server)];
    const heard: string[] = [];
    await subscriber.subscribe("news", (message, channel) => heard.push(`${channel}: ${message}`));
    await subscriber.pSubscribe("n*", (message, channel) => heard.push(`by pattern ${channel}: ${message}`));
    assert.is(await publisher.publish("news", "hello"), 2);
    await waitFor(() => heard.length === 2, { what: "two messages" });
    assert.equal(heard, ["news: hello", "by pattern news: hello"]);
    await subscriber.unsubscribe();
    await subscriber.pUnsubscribe();
    assert.is(await publisher.publish("news", "nobody"), 0);
    await Promise.all([subscriber.close(), publisher.close()]);
  });

  onBoth(null, `the redis package sends a thousand commands at once, binary ones too (RESP${RESP})`, async (server) => {
    const client = await open(server);
    const replies = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => client.set(`k${index}`, Buffer.from([0, 13, 10, index % 256, 255]))),
    );
    assert.ok(replies.every((reply) => reply === "OK"));
    assert.is(await client.strLen("k7"), 5);
    const error = await client.hGet("k7", "f").then(() => "", String);
    assert.match(error, /WRONGTYPE Operation against a key holding the wrong kind of value/);
    await client.close();
  });
}

test.run();
