import { test } from "uvu";
import * as assert from "uvu/assert";
import { mergeByTime } from "./merge.ts";

interface Item {
  readonly time: Date | null;
  readonly text: string;
}
const item = (text: string, timeMs: number | null): Item => ({ text, time: timeMs === null ? null : new Date(timeMs) });

async function* source(...batches: Item[][]): AsyncGenerator<Item[]> {
  yield* batches;
}

async function merged(...sources: AsyncIterable<Item[]>[]): Promise<string> {
  let text = "";
  for await (const batch of mergeByTime(sources)) text += batch.map((one) => one.text).join("");
  return text;
}

test("items of several streams come in the order of their times", async () => {
  assert.is(
    await merged(source([item("a", 1), item("d", 4)], [item("e", 5)]), source([item("b", 2)], [], [item("c", 3), item("f", 6)])),
    "abcdef",
  );
});

test("of equal times the earlier stream comes first, and a stream keeps its order", async () => {
  assert.is(await merged(source([item("a", 1), item("b", 1)]), source([item("c", 1)])), "abc");
});

test("an item without time follows the one before it", async () => {
  assert.is(await merged(source([item("b", 2), item("c", null), item("e", 5)]), source([item("a", null), item("d", 4)])), "abcde");
});

test("an item costs hardly more among thousands of streams than among a few", async () => {
  const ITEMS = 200_000;
  const FEW = 20;
  const MANY = 2_000;
  /** A scan of all streams for each item would make it a hundred. */
  const RATIO_MAX = 20;
  const msFor = async (streams: number): Promise<number> => {
    // Each stream has every so many-th item.
    const sources = Array.from({ length: streams }, (_, stream) =>
      source(Array.from({ length: ITEMS / streams }, (_, index) => item("", index * streams + ((stream * 7919) % streams)))),
    );
    const startedAt = performance.now();
    let expected = 0;
    for await (const batch of mergeByTime(sources)) for (const { time } of batch) assert.is(time?.getTime(), expected++);
    assert.is(expected, ITEMS);
    return performance.now() - startedAt;
  };
  const few = Math.min(await msFor(FEW), await msFor(FEW));
  const many = await msFor(MANY);
  assert.ok(many < few * RATIO_MAX, `${MANY} streams: ${many} ms, ${FEW} streams: ${few} ms`);
});

test("one stream and none", async () => {
  assert.is(await merged(source([item("a", null)], [item("b", 1)])), "ab");
  assert.is(await merged(), "");
});

test("sources are closed when the reader leaves early", async () => {
  let closed = 0;
  const endless = async function* (): AsyncGenerator<Item[]> {
    try {
      for (;;) yield [item("x", 1)];
    } finally {
      closed++;
    }
  };
  for await (const _ of mergeByTime([endless(), endless()])) break;
  assert.is(closed, 2);
});

test.run();
