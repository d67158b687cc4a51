import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, listed, makeApp, statusOf } from "./apps-rig.ts";

const SERVICE = "setInterval(() => {}, 1000);\n";
const needs = (...names: readonly string[]): string => `type: service\ndepends_on: [${names.join(", ")}]\n`;

test("apps that need each other are refused, with each step and its file, until one of them is mended", async () => {
  await using home = makeHome();
  const a = makeApp(home, "a", { ".ghost.yaml": needs("b"), "app.js": SERVICE });
  const b = makeApp(home, "b", { ".ghost.yaml": needs("a"), "app.js": SERVICE });
  const self = makeApp(home, "self", { ".ghost.yaml": needs("self"), "app.js": SERVICE });
  const free = makeApp(home, "free", { ".ghost.yaml": "type: service\n", "app.js": SERVICE });
  for (const [name, folder] of Object.entries({ a, b, self, free })) linkApp(home, folder, name);
  await home.ok(["daemon", "start"]);
  assert.equal(
    (await listed(home)).map(({ name }) => name),
    ["free"],
  );
  const refused = await home.ghost(["start", "a"]);
  assert.is(refused.code, 2);
  assert.match(
    refused.stderr,
    /cannot use the app a: \S*ghosts\/a\/\.ghost\.yaml:2:13: cannot order the processes, for they need each other: a needs b \(\S*ghosts\/a\/\.ghost\.yaml:2\), b needs a \(\S*ghosts\/b\/\.ghost\.yaml:2\)/,
  );
  assert.match((await home.ghost(["doctor"])).stdout, /b needs a/);
  assert.match((await home.ghost(["start", "self"])).stderr, "self needs self");
  writeFileSync(join(b, ".ghost.yaml"), "type: service\n");
  await waitFor(async () => (await listed(home)).length === 3, { what: "a and b", seen: () => listed(home) });
  await home.ok(["start", "a"]);
  assert.is((await statusOf(home, "b")).status, "running");
});

test("a change that closes a circle changes nothing, and names the file that it meets", async () => {
  await using home = makeHome();
  const a = makeApp(home, "a", { ".ghost.yaml": needs("b"), "app.js": SERVICE });
  const b = makeApp(home, "b", { ".ghost.yaml": "type: service\n", "app.js": SERVICE });
  for (const [name, folder] of Object.entries({ a, b })) linkApp(home, folder, name);
  await home.ok(["start", "a"]);
  const { pid } = await statusOf(home, "b");
  writeFileSync(join(b, ".ghost.yaml"), needs("a"));
  const told = async (): Promise<string> => (await home.ok(["why", "b"])).stdout;
  await waitFor(async () => /b needs a .*a needs b \(\S*ghosts\/a\/\.ghost\.yaml\)/.test(await told()), {
    what: "the word of it",
    seen: told,
  });
  await home.ok(["restart", "b"]);
  assert.is.not((await statusOf(home, "b")).pid, pid);
});

test.run();
