import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { makeApp, RUNTIMES } from "./app-rig.ts";
import { conduct } from "./conduct.ts";

test.limit(60_000);

/** What an app sees of its orchestrator, as lines that begin with `saw`. */
const PROGRAM = `
const saw = (what, value) => console.log("saw " + what + ": " + JSON.stringify(value));
const codeOf = (work) => work.then(() => "done", ({ code }) => code);
const groupOf = ({ name, status, startup, total, ready, processes }) => [name, status, startup, total, ready, processes.map((one) => one.name + " " + one.status)];
const { orchestrator } = Ghost;
saw("made", groupOf(await orchestrator.createGroup("backend", { processes: ["redis", "api"] })));
saw("started", groupOf(await orchestrator.startGroup("backend")));
const { name, status } = await orchestrator.waitForHealthy("api", "10s");
saw("healthy", [name, status]);
saw("status", groupOf(await orchestrator.groupStatus("backend")));
saw("stopped", groupOf(await orchestrator.stopGroup("backend")));
saw("started by another order", groupOf(await orchestrator.startGroup("backend", "sequential")));
saw("processes", (await orchestrator.processes()).filter(({ name }) => name !== "conductor").map(({ name, status }) => name + " " + status).sort());
saw("an unknown group", await codeOf(orchestrator.startGroup("none")));
saw("an unknown process", await codeOf(orchestrator.waitForHealthy("none", "1s")));
await orchestrator.stopGroup("backend");
saw("too late", await codeOf(orchestrator.waitForHealthy("api", "20ms")));
`;
const seen = (text: string): string[] => text.match(/saw .*/g) ?? [];

test("the mock orchestrator of tests answers an app as the daemon does", async () => {
  using app = makeApp();
  const pretended = await app.run(
    `import { Ghost } from "ghost-sdk";
     import { useGhostForTesting } from "ghost-sdk/testing";
     const ghost = useGhostForTesting({ clock: "system" });
     ghost.orchestrator.define("redis", { name: "api", dependsOn: ["redis"] });
     ${PROGRAM}
     await ghost[Symbol.asyncDispose]();`,
    { runtime: RUNTIMES.Bun },
  );
  assert.is(pretended.code, 0, pretended.stderr);
  const real = await conduct(`import { Ghost } from "ghost-sdk";\n${PROGRAM}\nawait Ghost.close();`);
  assert.is(seen(pretended.stdout).length, 10);
  assert.equal(seen(pretended.stdout), seen(real));
});

test.run();
