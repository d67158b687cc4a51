import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { watchFile } from "../../runtime/watch/watch-file.ts";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";

interface Place extends Disposable {
  readonly dir: string;
  readonly path: string;
  /** What was read at each change; null: there was no file. */
  readonly seen: (string | null)[];
  until(text: string | null): Promise<void>;
}

/** Watches a file that holds `one`. */
function makePlace(prepare: (dir: string) => string = plainFile): Place {
  const dir = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gw-"));
  const path = prepare(dir);
  const seen: (string | null)[] = [];
  const watching = watchFile(
    path,
    () => void seen.push(read(path)),
    (error) => assert.unreachable(String(error)),
  );
  return {
    dir,
    path,
    seen,
    until: async (text) =>
      void (await waitFor(() => seen.at(-1) === text, { what: `${text} to be seen`, limitMs: 8_000, seen: () => seen })),
    [Symbol.dispose]() {
      watching.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

function plainFile(dir: string): string {
  const path = join(dir, "a.yaml");
  writeFileSync(path, "one");
  return path;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

test("a file that is written in place, replaced, removed and made again is seen each time, within half a second", async () => {
  using place = makePlace();
  const { dir, path } = place;
  const startedAt = performance.now();
  writeFileSync(path, "two");
  await place.until("two");
  writeFileSync(join(dir, ".a.yaml.tmp"), "three");
  renameSync(join(dir, ".a.yaml.tmp"), path);
  await place.until("three");
  unlinkSync(path);
  await place.until(null);
  writeFileSync(path, "four");
  await place.until("four");
  assert.equal(place.seen, ["two", "three", null, "four"]);
  assert.ok(performance.now() - startedAt < 4 * 500 + 500, `${performance.now() - startedAt} ms for four changes`);
});

test("what is written in pieces is seen once and whole; what changes nothing is not seen", async () => {
  using place = makePlace();
  writeFileSync(place.path, "");
  for (const piece of ["a", "b", "c", "d"]) {
    appendFileSync(place.path, piece);
    await pause(5);
  }
  await place.until("abcd");
  assert.equal(place.seen, ["abcd"]);
  writeFileSync(place.path, "abcd");
  writeFileSync(join(place.dir, "other"), "x");
  writeFileSync(place.path, "end");
  await place.until("end");
  assert.equal(place.seen, ["abcd", "end"]);
});

test("a ConfigMap that is swapped is seen: the file is a link through a folder that is a link", async () => {
  using place = makePlace((dir) => {
    for (const [folder, text] of [
      ["..1", "one"],
      ["..2", "two"],
      ["..3", "three"],
    ] as const) {
      mkdirSync(join(dir, folder));
      writeFileSync(join(dir, folder, "a.yaml"), text);
    }
    symlinkSync("..1", join(dir, "..data"));
    symlinkSync("..data/a.yaml", join(dir, "a.yaml"));
    return join(dir, "a.yaml");
  });
  for (const [folder, text] of [
    ["..2", "two"],
    ["..3", "three"],
  ] as const) {
    symlinkSync(folder, join(place.dir, "..data_tmp"));
    renameSync(join(place.dir, "..data_tmp"), join(place.dir, "..data"));
    await place.until(text);
  }
  writeFileSync(join(place.dir, "..3", "a.yaml"), "in place");
  await place.until("in place");
});

test("a link to a file elsewhere, and a folder on the way that is exchanged, are followed", async () => {
  using place = makePlace((dir) => {
    for (const folder of ["x", "y", "conf"]) mkdirSync(join(dir, folder));
    for (const folder of ["x", "y"]) writeFileSync(join(dir, folder, "real.yaml"), folder);
    symlinkSync(join(dir, "x"), join(dir, "current"));
    symlinkSync("../current/real.yaml", join(dir, "conf", "a.yaml"));
    return join(dir, "conf", "a.yaml");
  });
  writeFileSync(join(place.dir, "x", "real.yaml"), "x2");
  await place.until("x2");
  unlinkSync(join(place.dir, "current"));
  symlinkSync("y", join(place.dir, "current"));
  await place.until("y");
});

test("a folder that is removed and made again, or does not exist yet, is no obstacle", async () => {
  using place = makePlace((dir) => join(dir, "sub", "deep", "a.yaml"));
  mkdirSync(join(place.dir, "sub", "deep"), { recursive: true });
  writeFileSync(place.path, "one");
  await place.until("one");
  rmSync(join(place.dir, "sub"), { recursive: true });
  await place.until(null);
  mkdirSync(join(place.dir, "sub", "deep"), { recursive: true });
  writeFileSync(place.path, "two");
  await place.until("two");
});

test("an error of whoever listens is handed on, and the watching goes on", async () => {
  const dir = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gw-"));
  const path = plainFile(dir);
  const errors: unknown[] = [];
  const watching = watchFile(
    path,
    () => Promise.reject(new Error("no")),
    (error) => errors.push(error),
  );
  writeFileSync(path, "two");
  await waitFor(() => errors.length === 1, { what: "the first error" });
  writeFileSync(path, "three");
  await waitFor(() => errors.length === 2, { what: "the second error" });
  watching.stop();
  rmSync(dir, { recursive: true });
});

test.run();
