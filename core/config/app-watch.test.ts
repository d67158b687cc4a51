import { test } from "uvu";
import * as assert from "uvu/assert";
import { watchOfApp } from "./app-watch.ts";

const app = { directory: "/apps/a", logsPath: null, dataPath: null };
const whole = { paths: ["."], ignore: [], debounceMs: 100 };

test("what an app writes itself is not watched, wherever its file puts that", () => {
  assert.equal(watchOfApp(whole, app).ignore, ["logs/**", "data/**"]);
  assert.equal(watchOfApp(whole, { ...app, dataPath: "/apps/a/var/db" }).ignore, ["logs/**", "data/**", "var/db/**"]);
  assert.equal(watchOfApp(whole, { ...app, dataPath: "/apps/a/data", logsPath: "/apps/abc" }).ignore, ["logs/**", "data/**"]);
  assert.equal(watchOfApp({ ...whole, ignore: ["*.md"] }, app).ignore, ["*.md", "logs/**", "data/**"]);
});

test("who names paths watches these", () => {
  const named = { ...whole, paths: ["data"] };
  assert.is(watchOfApp(named, app), named);
});

test.run();
