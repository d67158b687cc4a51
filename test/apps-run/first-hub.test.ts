import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";

/** So many at once, that daemons and hubs are slow to come. */
const HOMES = 6;
const APP = `import { Ghost } from "ghost-sdk";
await Ghost.init({ fallback: "memory" });
await Ghost.data.set("seen", 7);
await Ghost.data.execute("CREATE TABLE things (id TEXT)");
console.log(await Ghost.data.get("seen"));
await Ghost.close();
`;

test("the first run in a new home has its hub there, however slowly daemon and hub come, and nothing is warned of", async () => {
  await Promise.all(
    Array.from({ length: HOMES }, async () => {
      await using home = makeHome();
      mkdirSync(join(home.work, "node_modules"));
      symlinkSync(join(ROOT, "dist/sdk"), join(home.work, "node_modules/ghost-sdk"));
      home.write("app.ts", APP);
      const { stdout, stderr } = await home.ok(["run", "app.ts"]);
      assert.equal([stdout, stderr], ["7\n", ""]);
    }),
  );
});

test.run();
