import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SystemView } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { history, launch, view } from "../supervise/processes.ts";

test("a limit that cannot be kept here is told by register, in the history once, and by doctor", async () => {
  await using home = makeHome();
  const api = { name: "api", command: "sleep 1000", restart: true, resource_limits: { cpu: 1.5, pids: 50 } };
  const registered = await launch(home, api);
  assert.is(registered.code, 0, registered.stderr);
  const { limits } = (await home.ok(["daemon", "status", "--json"])).json<SystemView>();
  const kept = (["cpu", "pids"] as const).filter((name) => limits?.[name].startsWith("held by the kernel"));
  const doctor = (await home.ghost(["doctor"])).stdout;
  for (const name of ["cpu", "pids"] as const) {
    assert.ok(doctor.replace(/\s+/g, " ").includes(`${name}: ${limits?.[name]}`), doctor);
    assert.is(registered.stderr.includes(`the ${name} limit of api is not enforced here: `), !kept.includes(name), registered.stderr);
  }
  const { findings } = JSON.parse((await home.ghost(["doctor", "--json"])).stdout) as { findings: { grade: string; message: string }[] };
  for (const name of ["cpu", "pids"] as const) {
    const finding = findings.find(({ message }) => message.startsWith(`${name}: `));
    assert.is(finding?.grade, kept.includes(name) ? "good" : "warning");
    assert.is(/; declared by [\w-]+\/api$/.test(finding?.message ?? ""), !kept.includes(name), finding?.message);
  }
  const told = async (): Promise<number> => (await history(home, "api")).filter(({ cause }) => cause.kind === "limit-unenforced").length;
  assert.is(await told(), 2 - kept.length);
  await home.ok(["restart", "api"]);
  assert.is(await told(), 2 - kept.length);
  assert.not.match((await home.ok(["register"])).stderr, /not enforced/);
  assert.is((await view(home, "api")).why, "restarted by ghost restart; starts again");
});

test("limits of cpu and processes change without a restart", async () => {
  await using home = makeHome();
  const api = { name: "api", command: "sleep 1000", restart: true };
  await launch(home, { ...api, resource_limits: { cpu: 1 } });
  const { pid } = await view(home, "api");
  await launch(home, { ...api, resource_limits: { cpu: 2, pids: 100 } });
  assert.is((await view(home, "api")).pid, pid);
});

test.run();
