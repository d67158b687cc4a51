import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { runBootCommand, writePlan } from "./apply.ts";
import type { BootPlan } from "./plan.ts";

function planIn(root: string): BootPlan {
  return {
    manager: "systemd",
    unit: "ghost.service",
    folders: [{ path: join(root, "etc/ghost"), mode: 0o755 }],
    file: { path: join(root, "units/user/ghost.service"), text: "[Unit]\n" },
    commands: [],
  };
}

function inFolder(work: (root: string) => void): () => void {
  return () => {
    const root = mkdtempSync(join(tmpdir(), "ghost-apply-"));
    try {
      work(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  };
}

test(
  "folders that are there keep their mode; the unit can be read by all, and is written anew",
  inFolder((root) => {
    const plan = planIn(root);
    writePlan(plan);
    chmodSync(join(root, "etc/ghost"), 0o700);
    writePlan({ ...plan, file: { ...plan.file, text: "[Unit]\n# again\n" } });
    assert.is(readFileSync(plan.file.path, "utf8"), "[Unit]\n# again\n");
    assert.is(statSync(plan.file.path).mode & 0o777, 0o644);
    assert.is(statSync(join(root, "etc/ghost")).mode & 0o777, 0o700);
  }),
);

test(
  "what cannot be written is told with its place",
  inFolder((root) => {
    const plan = planIn(root);
    writePlan(plan);
    const below = { ...plan, file: { path: join(plan.file.path, "below"), text: "" } };
    assert.throws(
      () => writePlan(below),
      (error: unknown) => error instanceof GhostError && error.message.includes(plan.file.path),
    );
    assert.not(existsSync(below.file.path));
  }),
);

test("a command that fails is told with its remedy, or is the end", () => {
  const fails = ["sh", "-c", "echo no permission >&2; exit 1"];
  assert.equal(runBootCommand({ command: ["true"], purpose: "" }, process.env), { command: ["true"], ok: true, output: "" });
  const lesser = runBootCommand({ command: fails, purpose: "", otherwise: "sudo it" }, process.env);
  assert.equal([lesser.ok, lesser.output, lesser.remedy], [false, "no permission", "sudo it"]);
  assert.throws(() => runBootCommand({ command: fails, purpose: "" }, process.env), /cannot run sh .*: no permission/);
  assert.throws(() => runBootCommand({ command: ["no-such-tool-anywhere"], purpose: "" }, process.env), /cannot run no-such-tool-anywhere/);
});

test("a user without a manager in this session is told how to come by one", () => {
  const says = ["sh", "-c", "echo 'Failed to connect to bus: No medium found' >&2; exit 1"];
  assert.throws(
    () => runBootCommand({ command: says, purpose: "" }, process.env),
    (error: unknown) => error instanceof GhostError && /log in as this user/.test(error.hint ?? ""),
  );
});

test.run();
