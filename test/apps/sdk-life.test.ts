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
  // Of a subscription that is not the app's own nobody wants to hear.
  const { stdout: log } = await home.ok(["logs", "watcher"]);
  assert.match(log, "the hub is back");
  assert.not.match(log, "ghost:config:");
});

/** A service of the kind that people write first: nothing in its class, or in its file, about restarts. */
const SERVICE = (more: string): string =>
  `import { GhostApp, Ghost } from "ghost-sdk";
class Plain extends GhostApp { override isService = true; ${more} override run() {} }
await Ghost.run(Plain);
`;

test("a service is restarted unless its file or its class says otherwise", async () => {
  await using home = makeHome();
  const cases = [
    { name: "by-file", file: "type: service\n", more: "", policy: /always/ },
    { name: "by-class", file: "", more: "", policy: /always/ },
    { name: "not-by-class", file: "type: service\n", more: "override autoRestart = false;", policy: /never/ },
    { name: "not-by-file", file: "restart: never\n", more: "override autoRestart = true;", policy: /never/ },
  ];
  for (const { name, file, more } of cases) {
    await home.ok(["create", name, "--template", "basic"]);
    writeFileSync(join(home.work, name, "app.ts"), SERVICE(more));
    writeFileSync(join(home.work, name, ".ghost.yaml"), file);
  }
  await home.ok(["start", ...cases.map(({ name }) => name)]);
  for (const { name, policy } of cases) {
    const spoken = async () => {
      const status = await statusOf(home, name);
      return status.app?.beatAt && status;
    };
    const { restartPolicy, pid } = await waitFor(spoken, { what: `${name}'s first word`, seen: () => statusOf(home, name) });
    assert.match(restartPolicy, policy, name);
    await home.ok(["signal", name, "KILL"]);
    const isAsSaid = async () => {
      const now = await statusOf(home, name);
      return String(policy) === "/always/" ? now.status === "running" && now.pid !== pid : now.status === "failed";
    };
    await waitFor(isAsSaid, { what: `what becomes of ${name}`, seen: () => statusOf(home, name) });
  }
});

test.run();
