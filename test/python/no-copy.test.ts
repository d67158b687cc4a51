import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const APP = 'import ghost, os\nprint("sdk", ghost.__file__, os.environ.get("PYTHONPATH"))\n';

test.unless(
  needs("python3"),
  "an app in Python that was typed by hand, with no copy of ghost.py, runs and is tested all the same",
  async () => {
    await using home = makeHome();
    home.write("hand/.ghost.yaml", "app: { id: hand }\nrestart: false\n");
    home.write("hand/app.py", APP);
    home.write(
      "hand/test_app.py",
      "import unittest, ghost\nclass T(unittest.TestCase):\n    def test_one(self):\n        self.assertTrue(ghost.connect)\n",
    );
    home.write("b.py", APP);
    for (const word of ["./hand", "b.py"]) {
      assert.match((await home.ok(["run", word])).stdout, `sdk ${join(home.dir, "bin/sdk")}/`);
      const env = { ...home.env, PYTHONPATH: "/nowhere" };
      assert.match((await home.ok(["run", word], { env })).stdout, / \/nowhere:/);
    }
    const tested = await home.ghost(["test", "./hand"]);
    assert.is(tested.code, 0, tested.stderr);
  },
);

test.unless(
  needs("python3"),
  "it runs in the background, too, and what it inherits of where modules are goes first; a copy beside it stays its own",
  async () => {
    await using home = makeHome();
    home.write("hand/.ghost.yaml", "app: { id: hand }\nrestart: false\nenv_file: .env\n");
    home.write("hand/.env", "PYTHONPATH=/nowhere\n");
    home.write("hand/app.py", APP);
    await home.ok(["register", home.write("processes.yaml", "processes: [{ name: hand, app: ./hand }]\n")]);
    await home.ghost(["start", "hand"]);
    const logs = async () => (await home.ok(["logs", "hand"])).stdout;
    await waitFor(async () => (await logs()).includes("sdk "), { what: "its word in the log" });
    assert.match(await logs(), / \/nowhere:.*\/bin\/sdk\/current\/python/);
    await home.ok(["sdk", "update", "./hand"]);
    assert.ok(existsSync(join(home.work, "hand/ghost.py")));
    assert.match((await home.ok(["run", "./hand"])).stdout, `sdk ${join(home.work, "hand/ghost.py")}`);
  },
);

test.run();
