import * as assert from "uvu/assert";
import { inForeground } from "../cli/foreground.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, makeApp } from "./apps-rig.ts";

test("ghost why tells what is wrong with an app that could never be used, by its name, also beside what ran of it, and without a daemon", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "rd", {
    ".ghost.yaml": "type: service\n",
    "app.js": "console.log('ready'); setInterval(() => {}, 1000);\n",
  });
  await using session = inForeground(["run", "./rd"], { cwd: home.work, env: home.env });
  await session.said(/ready/);
  await session.end("SIGTERM");
  home.write("rd/.ghost.yaml", "type: service\nrestart: perhaps\n");
  linkApp(home, folder, "rd");
  const why = async (...names: string[]): Promise<string> => (await home.ok(["why", ...names])).stdout;
  const wrong = /cannot use the app rd: \S*\.ghost\.yaml:2:\d+: /;
  await waitFor(async () => wrong.test(await why("rd")), { what: "the error in its timeline", seen: () => why("rd") });
  assert.match(await why("rd"), "started in the foreground");
  assert.match(await why(), wrong);
  await home.ok(["daemon", "stop"]);
  assert.match(await why("rd"), wrong);
});

test.run();
