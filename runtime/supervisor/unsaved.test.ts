import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { registered } from "../../core/lifecycle/state.ts";
import { parseUnsaved, unsavedText } from "./unsaved.ts";

const machine = JSON.stringify({ ...registered, desired: "up" });
const WRITES = new Map<string, string | null>([
  ["members shop/api", "[[1,2]]"],
  ["run shop/api", machine],
  ["meta ended", "left"],
  ["meta ports shop/api", null],
]);
const entry = (seq: number): HistoryEntry => ({
  seq,
  time: "2026-01-01T00:00:00.000Z",
  project: "shop",
  name: "api",
  instance: 0,
  from: null,
  to: "running",
  cause: { kind: "start", text: `entry ${seq}` },
});
const HISTORY = Array.from({ length: 100 }, (_, index) => entry(index + 1));

function fit(bytesMax: number): { whats: string[]; history: number[] } | null {
  const text = unsavedText(WRITES, HISTORY, bytesMax);
  if (text === null) return null;
  assert.ok(Buffer.byteLength(text) <= bytesMax, `${text.length} bytes in ${bytesMax}`);
  const { writes, history } = parseUnsaved(text) as NonNullable<ReturnType<typeof parseUnsaved>>;
  return { whats: writes.map(([what]) => what), history: history.map(({ seq }) => seq) };
}

test("all that is unsaved comes back as it was", () => {
  assert.equal(parseUnsaved(unsavedText(WRITES, HISTORY, 100_000) ?? ""), { writes: [...WRITES], history: HISTORY });
});

test("where room is short the oldest history goes first, then members, then all but the wishes", () => {
  const short = fit(2_000);
  assert.equal(short?.whats, [...WRITES.keys()]);
  assert.is(short?.history.at(-1), 100);
  assert.ok((short?.history.length ?? 0) > 3 && (short?.history.length ?? 0) < 100);
  assert.equal(fit(machine.length + 150), { whats: ["run shop/api", "meta ended", "meta ports shop/api"], history: [] });
  assert.equal(fit(150)?.whats, ["desired shop/api", "meta ended", "meta ports shop/api"]);
  assert.equal(fit(80)?.whats, ["desired shop/api"]);
  assert.is(fit(10), null);
});

test("a text of another version says nothing", () => {
  assert.is(parseUnsaved('{"version":2,"writes":[]}'), undefined);
});

test.run();
