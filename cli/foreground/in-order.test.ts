import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import type { LogRecord } from "../../core/logs/record.ts";
import { InOrder, type Shown } from "./in-order.ts";

const START_MS = Date.parse("2026-11-26T12:00:00Z");

class Place implements Shown {
  readonly texts: string[] = [];
  records(records: readonly LogRecord[]): void {
    this.texts.push(...records.map((record) => ("line" in record ? record.line : "gap")));
  }
  state(entry: HistoryEntry): void {
    this.texts.push(entry.cause.text);
  }
  say(...lines: readonly string[]): void {
    this.texts.push(...lines);
  }
}

const line = (text: string, afterMs: number | null, name = "api"): LogRecord => ({
  project: "shop",
  name,
  instance: 0,
  stream: "out",
  time: afterMs === null ? null : new Date(START_MS + afterMs),
  line: text,
});

const change = (kind: string, afterMs: number): HistoryEntry => ({
  seq: afterMs,
  time: new Date(START_MS + afterMs).toISOString(),
  project: "shop",
  name: "api",
  instance: 0,
  from: null,
  to: null,
  cause: { kind, text: kind },
});

test("what was told late stands where it belongs: starts before, ends behind what is written in the same millisecond", () => {
  const place = new Place();
  const order = new InOrder(place, () => START_MS + 1000);
  order.record(line("two", 10));
  order.record(line("three", 20));
  order.record(line("other", 15, "web"));
  order.state(change("spawned", 10));
  order.state(change("exit", 20));
  order.flush();
  assert.equal(place.texts, ["spawned", "two", "other", "three", "exit"]);
});

test("a start that was noted late stands before what the program wrote, and never before the end that it follows", () => {
  const place = new Place();
  const order = new InOrder(place, () => START_MS + 1000);
  order.record(line("hello", 55));
  order.record(line("bye", 90));
  order.record(line("hello again", 93));
  for (const [kind, afterMs] of [
    ["spawned", 60],
    ["exit", 91],
    ["spawned", 95],
  ] as const)
    order.state(change(kind, afterMs));
  order.flush();
  assert.equal(place.texts, ["spawned", "hello", "bye", "exit", "spawned", "hello again"]);
});

test("lines of one stream keep their order, without a time or with a clock that is set back", () => {
  const place = new Place();
  const order = new InOrder(place, () => START_MS);
  order.record(line("one", 500));
  order.record(line("two", null));
  order.record(line("three", 3));
  order.state(change("exit", 499));
  order.flush();
  assert.equal(place.texts, ["exit", "one", "two", "three"]);
});

test("nothing is held back for long, not even what comes from the future", async () => {
  const place = new Place();
  const order = new InOrder(place);
  order.record({ ...line("late", 0), time: new Date(Date.now() + 3_600_000) });
  order.state({ ...change("spawned", 0), time: new Date().toISOString() });
  assert.equal(place.texts, []);
  while (place.texts.length < 2) await delay(5);
  assert.equal(place.texts, ["spawned", "late"]);
});

test("a flood is let through", () => {
  const place = new Place();
  const order = new InOrder(place, () => START_MS);
  for (let index = 0; index < 100; index++) order.record(line("x".repeat(64 * 1024), index));
  assert.ok(place.texts.length > 60 && place.texts.length < 100);
  order.flush();
  assert.is(place.texts.length, 100);
});

test.run();
