import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LinkEvents } from "../../core/bus/session/transport.ts";
import { isAwaited } from "./awaited.ts";

const events = { onData: () => undefined, onDrain: () => undefined, onClose: () => undefined };
const topic = (...idle: boolean[]) => ({ listeners: new Set(idle.map((isIdle) => ({ isIdle }))) });

test("a reply that is awaited, and a listener that is not idle, keep a connection", () => {
  const none: LinkEvents["topics"] = { channel: new Map([["a", topic()]]), pattern: new Map([["b", topic(true, true)]]) };
  const some: LinkEvents["topics"] = { channel: new Map([["a", topic(true)]]), pattern: new Map([["b", topic(true, false)]]) };
  assert.is(isAwaited({ ...events, pending: 1 }), true);
  assert.is(isAwaited({ ...events, pending: 0 }), false);
  assert.is(isAwaited({ ...events, pending: 0, topics: none }), false);
  assert.is(isAwaited({ ...events, pending: 0, topics: some }), true);
});

test.run();
