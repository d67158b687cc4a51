import { test } from "uvu";
import * as assert from "uvu/assert";
import { passOnEnvironment } from "./caller-environment.ts";
import { parseProcessesFiles } from "./processes-file.ts";
import { revealSecrets } from "./secrets.ts";

const manifestOf = (text: string) => {
  const { manifest } = parseProcessesFiles([{ path: "/srv/processes.yaml", text }], { environment: { X: "from file" } });
  if (!manifest) throw new Error("it was refused");
  return manifest;
};

test("passes on the caller's variables, but not what describes the shell's moment", () => {
  const manifest = manifestOf("processes: [{ name: a, command: x, inherit: [X] }, { name: b, command: x, user: www }]");
  const [a, b] = passOnEnvironment(manifest, { X: "1", Y: "2", HOME: "/root", PWD: "/", SHLVL: "1", GONE: undefined }).processes;
  assert.equal(a?.inherited, { X: "from file", Y: "2", HOME: "/root" });
  assert.equal(b?.inherited, { X: "1", Y: "2" });
});

test("keeps secrets apart, and what could be taken for a reference", () => {
  const { processes, secrets } = passOnEnvironment(manifestOf("processes: [{ name: a, command: x }]"), {
    DB_PASSWORD: "hunter2",
    PS1: "\u0001b\u0001",
  });
  assert.not.ok(JSON.stringify(processes).includes("hunter2"));
  assert.is(revealSecrets(processes[0]?.inherited.DB_PASSWORD ?? "", secrets), "hunter2");
  assert.is(revealSecrets(processes[0]?.inherited.PS1 ?? "", secrets), "\u0001b\u0001");
});

test("only those that are chosen get it", () => {
  const { processes } = passOnEnvironment(
    manifestOf("processes: [{ name: a, command: x }, { name: b, command: x }]"),
    { Y: "2" },
    ({ name }) => name === "b",
  );
  assert.equal(
    processes.map(({ inherited }) => inherited.Y),
    [undefined, "2"],
  );
});

test.run();
