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
