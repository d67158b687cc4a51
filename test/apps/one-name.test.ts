import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { linkApp, makeApp } from "./apps-rig.ts";

const FILES = { ".ghost.yaml": "type: service\n", "app.js": "setInterval(() => {}, 1000);\n" };

test("whoever registers a second app of one name is told that both work in one namespace of the hub", async () => {
  await using home = makeHome();
  linkApp(home, makeApp(home, "api", FILES), "api");
  makeApp(home, "elsewhere", FILES);
  home.write("same.yaml", "project: same\nprocesses: [{ name: api, app: ./api }]\n");
  home.write("blog.yaml", "project: blog\nprocesses: [{ name: api, app: ./elsewhere }]\n");
  await home.ok(["daemon", "start"]);
  const first = await home.ok(["register", "blog.yaml"]);
  assert.match(first.stderr, "blog/api and ghosts/api share keys, SQL and sagas in the hub");
  assert.match((await home.ok(["daemon", "status"])).stderr, "blog/api and ghosts/api share");
  assert.not.match((await home.ok(["register", "blog.yaml"])).stderr, /^warning: .*register.*share/);
});

test("one app in two projects is the same app, and nothing is said", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "api", FILES);
  linkApp(home, folder, "api");
  await home.ok(["daemon", "start"]);
  home.write("same.yaml", "project: same\nprocesses: [{ name: api, app: ./api }]\n");
  assert.not.match((await home.ok(["register", "same.yaml"])).stderr, "share keys");
});

test.run();
