import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startKeeper } from "../../runtime/process/keeper.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

test("at an ordered end the keeper holds also what it was to hold a moment later", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keeper-"));
  const fifos = ["a", "b"].map((name) => join(folder, name));
  for (const fifo of fifos) execFileSync("mkfifo", [fifo]);
  const told = join(folder, "told");
  const keeper = startKeeper({
    // The next daemon: it tells how many descriptors it was handed, and whether they are these pipes.
    command: ["/bin/sh", "-c", `{ echo "$GHOST_HELD"; readlink /proc/$$/fd/3 /proc/$$/fd/4; } > ${told}.part; mv ${told}.part ${told}`],
    environment: { PATH: process.env.PATH ?? "" },
    directory: "/",
    revivals: 0,
    held: [],
    stderr: 2,
  });
  keeper.answering();
  keeper.hold(fifos);
  await keeper.callNext();
  await waitFor(() => existsSync(told), { what: "the next daemon" });
  assert.equal(readFileSync(told, "utf8").trim().split("\n"), ["2", ...fifos]);
  rmSync(folder, { recursive: true });
});

test.run();
