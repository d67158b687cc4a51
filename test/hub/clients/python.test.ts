import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { run } from "../../rig/ghost.ts";
import { test } from "../../rig/test.ts";
import { onBoth } from "./servers.ts";

const SESSION = fileURLToPath(new URL("session.py", import.meta.url));
/** The Python that has redis-py: the system's own, where another one comes first in PATH. */
const python = ["python3", "/usr/bin/python3"].find((program) => spawnSync(program, ["-c", "import redis"]).status === 0);

onBoth(python ? null : "needs redis-py (Debian's python3-redis)", "redis-py works unchanged", async ({ socket }) => {
  const { code, stdout, stderr } = await run([python!, SESSION, socket]);
  assert.is(code, 0, stderr);
  assert.is(stdout, "all as it should be\n");
});

test.run();
