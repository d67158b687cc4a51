import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RESERVE_BYTES_MAX, ReserveFile } from "../../runtime/supervisor/reserve-file.ts";

function makePlace(): { readonly path: string } & Disposable {
  const dir = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gr-"));
  return { path: join(dir, "reserve"), [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

test("the latest text is found, until its number is known to be in the tables; the file never grows", () => {
  using place = makePlace();
  const reserve = new ReserveFile(place.path);
  assert.ok(reserve.prepare());
  assert.is(reserve.readAfter(0), null);
  const { size, blocks, mode } = statSync(place.path);
  assert.ok(blocks * 512 >= size);
  assert.is(mode & 0o777, 0o600);
  const numbers = ["one", "two", "x".repeat(RESERVE_BYTES_MAX)].map((text) => reserve.write(text, true));
  assert.equal(numbers, [1, 2, 3]);
  assert.is(reserve.write("x".repeat(RESERVE_BYTES_MAX + 1), false), null);
  assert.is(statSync(place.path).size, size);
  const next = new ReserveFile(place.path);
  assert.is(next.readAfter(2)?.text.length, RESERVE_BYTES_MAX);
  assert.is(next.readAfter(3), null);
  assert.is(next.write("four", false), 4);
});

test("a writing that was cut off leaves the one before", () => {
  using place = makePlace();
  const reserve = new ReserveFile(place.path);
  reserve.prepare();
  reserve.write("before", false);
  reserve.write("cut off", false);
  const bytes = readFileSync(place.path);
  bytes.write("X", bytes.indexOf("cut off"));
  writeFileSync(place.path, bytes);
  assert.equal(new ReserveFile(place.path).readAfter(0), { number: 1, text: "before" });
});

test("a file that was removed is made again, with numbers above those that are known", () => {
  using place = makePlace();
  const reserve = new ReserveFile(place.path);
  assert.is(reserve.write("nowhere", false), null);
  assert.ok(reserve.prepare());
  assert.is(reserve.readAfter(7), null);
  assert.is(reserve.write("here", false), 8);
});

test.run();
