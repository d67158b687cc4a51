import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { statusOf } from "./apps-rig.ts";

/** A service that notes each configuration that reaches it, and has a check of its own. */
const APP = `import { appendFileSync } from "node:fs";
import { Ghost, GhostApp } from "ghost-sdk";
class Watcher extends GhostApp {
  override isService = true;
  override async run() {
    Ghost.health.check("disk", async () => {});
    Ghost.onConfig((config) => appendFileSync("modes", config.core.mode + "\\n"));
    appendFileSync("modes", Ghost.config.core.mode + "\\n");
  }
}
await Ghost.run(Watcher);
`;

test("an app on the SDK is ready, watched and told of its configuration, without a word in its file; the hub's absence is no silence", async () => {
  await using home = makeHome();
  await home.ok(["create", "watcher", "--template", "basic"]);
  const folder = join(home.work, "watcher");
  writeFileSync(join(folder, "app.ts"), APP);
  writeFileSync(join(folder, ".ghost.yaml"), "core: { mode: one }\n");
  await home.ok(["start", "watcher"]);
  const well = await waitFor(
    async () => {
      const status = await statusOf(home, "watcher");
      return status.health === "healthy" && status.app?.health?.checks.disk && status;
    },
    { what: "its health", seen: () => statusOf(home, "watcher") },
  );
  assert.equal([well.type, well.app?.ready], ["service", true]);
  writeFileSync(join(folder, ".ghost.yaml"), "core: { mode: two }\n");
  await waitFor(() => readFileSync(join(folder, "modes"), "utf8") === "one\ntwo\n", { what: "the new configuration" });
  const beatAt = (await statusOf(home, "watcher")).app?.beatAt ?? "";
  await home.ok(["restart", "ghost/hub"]);
  await waitFor(async () => ((await statusOf(home, "watcher")).app?.beatAt ?? "") > beatAt, { what: "a beat through the next hub" });
  const { pid, health, restarts } = await statusOf(home, "watcher");
  assert.equal([pid, health, restarts], [well.pid, "healthy", 0]);
});

test.run();
