import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { askHub, connectHub, hubSocket } from "./asking.ts";

interface Shown {
  readonly id?: string;
  readonly data: unknown;
}

const lines = (text: string): Shown[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Shown);
const dataOf = (text: string): unknown[] => lines(text).map(({ data }) => data);

test("stream read of a group leaves entries pending, and acknowledges them with --ack", async () => {
  await using home = makeHome();
  const stream = async (...words: string[]) => (await home.ok(["bus", "stream", ...words, "--json"])).stdout;
  await stream("create", "orders", "--group", "pack", "--since", "1h");
  for (const id of [1, 2, 3]) await stream("add", "orders", `{"id":${id}}`);
  const pending = async () => (await askHub(hubSocket(home), "XPENDING", "orders", "pack")) as [number];
  assert.equal(dataOf(await stream("read", "orders", "--group", "pack", "-n", "1")), [{ id: 1 }]);
  assert.is((await pending())[0], 1);
  assert.equal(dataOf(await stream("read", "orders", "--group", "pack", "--ack")), [{ id: 2 }, { id: 3 }]);
  assert.is((await pending())[0], 1, "those that were acknowledged are pending, or the other is not");
  assert.is(await stream("read", "orders", "--group", "pack", "--ack"), "");
  const none = await home.ghost(["bus", "stream", "read", "orders", "--group", "nobody", "--ack", "--json"]);
  assert.is(none.code, 3, none.stdout);
});

test("a stream that is not there has no groups to show", async () => {
  await using home = makeHome();
  const { code, stderr } = await home.ghost(["bus", "stream", "groups", "nowhere"]);
  assert.is(code, 3);
  assert.match(stderr, "cannot look into nowhere: there is no such stream");
});

test("pub --persist is on disk, reaches who listens, and is not published twice under one id", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using app = await connectHub(hubSocket(home));
  await app.ask("SUBSCRIBE", "mails");
  const publish = async (...words: string[]) =>
    (await home.ok(["bus", "pub", "mails", ...words, "--json"])).json<{ entry: string; receivers: number; duplicate: boolean }>();
  const first = await publish('{"to":"ada"}', "--persist", "--id", "a", "--retain", "400d");
  assert.equal([first.receivers, first.duplicate], [1, false]);
  const again = await publish('{"to":"ada"}', "--persist", "--id", "a");
  assert.equal([again.entry, again.receivers, again.duplicate], [first.entry, 0, true]);
  await app.ask("PING");
  assert.is(app.messages.length, 1);
  await home.ok(["hub", "restart"]);
  const kept = lines((await home.ok(["bus", "stream", "read", "shared:channel:mails", "--json"])).stdout);
  assert.equal(
    kept.map(({ id, data }) => [id, data]),
    [[first.entry, { to: "ada" }]],
  );
});

test.run();
