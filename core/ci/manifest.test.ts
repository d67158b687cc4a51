import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseProcessesFiles } from "../config/processes-file.ts";
import { manifestForCi } from "./manifest.ts";

const FILE = `processes:
  - { name: db, command: x, restart: true, watch: true }
  - { name: api, command: x, restart: true, instances: 2, depends_on: [db] }
  - { name: test, command: x, restart: true, instances: 2, depends_on: [api] }
  - { name: other, command: x }
`;
const { manifest } = parseProcessesFiles([{ path: "/srv/processes.yaml", text: FILE }], { environment: {} });
if (!manifest) throw new Error("it was refused");

test("keeps what is needed, runs the wanted one once, and says CI=true", () => {
  const made = manifestForCi(manifest, "test", { X: "1" });
  assert.equal(
    made.processes.map(({ name, restart, instances, watch }) => [name, restart.policy, instances, watch]),
    [
      ["db", "always", 1, null],
      ["api", "always", 2, null],
      ["test", "never", 1, null],
    ],
  );
  assert.equal(made.processes[0]?.inherited, { CI: "true", X: "1" });
  assert.is(manifestForCi(manifest, "db", { CI: "1" }).processes[0]?.inherited.CI, "1");
});

test("refuses a name that the file does not declare", () => {
  assert.throws(
    () => manifestForCi(manifest, "tests", {}),
    ({ code, hint }: { code: string; hint: string }) => code === "NOT_FOUND" && hint === "did you mean test?",
  );
});

test.run();
