import { test } from "uvu";
import * as assert from "uvu/assert";
import { CUT_OFF_LIMITS, CutOffs } from "./cut-offs.ts";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const ORDERS = { id: 7, name: "orders", address: "/run/hub.sock" };
const NAMELESS = { id: 8, name: "", address: "127.0.0.1:6379" };
const MIB = 1024 * 1024;

test("who is cut off is told in the log, to who asks, and for a while to a person, once for each name", () => {
  const lines: string[] = [];
  const cutOffs = new CutOffs((line) => lines.push(line));
  cutOffs.unread(ORDERS, "subscriberBytesMax", 62.06 * MIB, NOW);
  cutOffs.refused(NAMELESS, "LIMIT a request may have 134217728 bytes", NOW + 1);
  cutOffs.unread(ORDERS, "unsentBytesMax", 257 * MIB, NOW + 2);
  const unread = "it left 257 MiB of replies unread, and a client may leave 256 MiB";
  const tooMuch = "it sent too much: a request may have 134217728 bytes";
  assert.equal(lines, [
    "cut off the client orders at /run/hub.sock: it left 62.1 MiB of messages unread, and a subscriber may leave 32 MiB, or 8 MiB for 60 s",
    `cut off the client 8, which has no name, at 127.0.0.1:6379: ${tooMuch}`,
    `cut off the client orders at /run/hub.sock: ${unread}`,
  ]);
  assert.equal(
    cutOffs.list(NOW + 10).map(({ client, name, agoMs }) => [client, name, agoMs]),
    [
      [7, "orders", 10],
      [8, "", 9],
      [7, "orders", 8],
    ],
  );
  const hint = "(have it read faster, or be sent less at once)";
  assert.equal(cutOffs.warnings(NOW + 10), [
    `the hub cut off the client orders 2 times, last at 2026-11-27T12:00:00.002Z: ${unread} ${hint}`,
    `the hub cut off a client without a name at 2026-11-27T12:00:00.001Z: ${tooMuch} ${hint}`,
  ]);
  assert.equal(cutOffs.warnings(NOW + CUT_OFF_LIMITS.warnedMs + 2), []);
});

test("who speaks another language is in the log alone", () => {
  const lines: string[] = [];
  const cutOffs = new CutOffs((line) => lines.push(line));
  cutOffs.refused(ORDERS, "ERR Protocol error: expected '$', got 'x'", NOW);
  assert.equal(lines, ["cut off the client orders at /run/hub.sock: ERR Protocol error: expected '$', got 'x'"]);
  assert.equal([...cutOffs.list(NOW), ...cutOffs.warnings(NOW)], []);
});

test("of many in a minute the log has only so many, and the next minute's first line says how many more there were", () => {
  const lines: string[] = [];
  const cutOffs = new CutOffs((line) => lines.push(line));
  const most = CUT_OFF_LIMITS.linesPerMinuteMax;
  for (let count = 0; count < most + 5; count++) cutOffs.unread(ORDERS, "allUnsentBytesMax", MIB, NOW);
  assert.is(lines.length, most);
  assert.is(cutOffs.list(NOW).length, CUT_OFF_LIMITS.keptMax);
  cutOffs.unread(ORDERS, "allUnsentBytesMax", MIB, NOW + 60_000);
  assert.is(lines[most], "cut off 5 more clients in the minute that was told last");
  assert.is(lines.length, most + 2);
});

test.run();
