import { setTimeout as pause } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { OpenFiles, type Parkable } from "./open-files.ts";

const MAX = 3;

class FakeFile implements Parkable {
  static open = 0;
  static most = 0;
  #isOpen = false;
  #inUse = 0;

  async use(): Promise<void> {
    this.#inUse += 1;
    if (!this.#isOpen) {
      this.#isOpen = true;
      FakeFile.open += 1;
      FakeFile.most = Math.max(FakeFile.most, FakeFile.open);
    }
    await pause(1);
    assert.ok(this.#isOpen, "it was parked while it was in use");
    this.#inUse -= 1;
  }

  async park(): Promise<void> {
    assert.is(this.#inUse, 0);
    await pause(1);
    this.#isOpen = false;
    FakeFile.open -= 1;
  }
}

test("however many are used at the same time, no more than the limit are open, and all get their turn", async () => {
  const files = new OpenFiles(MAX);
  const all = Array.from({ length: 20 }, () => new FakeFile());
  let done = 0;
  await Promise.all(
    [...all, ...all, ...all].map(async (file) => {
      await files.use(file, () => file.use());
      done += 1;
    }),
  );
  assert.equal([done, FakeFile.most, FakeFile.open], [60, MAX, MAX]);
});

test("where there is room nothing is parked", async () => {
  const files = new OpenFiles(MAX);
  const parked: string[] = [];
  const file = (name: string): Parkable => ({
    park: async () => {
      parked.push(name);
    },
  });
  const [a, b, c, d] = ["a", "b", "c", "d"].map(file) as [Parkable, Parkable, Parkable, Parkable];
  for (const each of [a, b, c, a, b, c, a]) await files.use(each, async () => {});
  assert.equal(parked, []);
  await files.use(d, async () => {});
  assert.equal(parked, ["b"], "the one that was not used for longest");
  files.forget(a);
  await files.open(async () => b);
  assert.equal(parked, ["b"]);
});

test.run();
