import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { hubSocket } from "../hub/asking.ts";
import { pythonBeside } from "../python/python.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { cannotMount, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { makeApp } from "./app-rig.ts";

test.limit(60_000);
const DISK_BYTES = 12 * 1024 * 1024;

/** What the programs fill the hub's disk with. */
const ballast = (data: string) => join(data, "ballast");

const SAGA_AND_QUEUE = `
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { Ghost } from "ghost-sdk";
const page = Buffer.alloc(4096);
const fill = () => {
  const file = openSync(process.env.BALLAST, "w");
  try { for (;;) writeSync(file, page); } catch { closeSync(file); }
};
const isFull = async () => { while (await Ghost.data.set("probe", "x".repeat(100_000)).then(() => true, ({ code }) => code !== "NO_SPACE")); };
const large = "x".repeat(100_000);
const ran = [];
const order = Ghost.saga.define("order", [
  { name: "reserve", run: async () => { ran.push("reserve"); fill(); await isFull(); setTimeout(() => rmSync(process.env.BALLAST), 1500); return large; } },
  { name: "charge", run: () => void ran.push("charge") },
]);
const result = await order.start({}, { id: "1" });
console.log(JSON.stringify([result.ok, ran]));
for (const job of [1, 2, 3]) await Ghost.bus.publishPersistent("jobs", job);
const done = [];
for await (const job of Ghost.bus.consume("jobs", { group: "g", batch: 1 })) {
  if (job.data === 1) { fill(); await isFull(); setTimeout(() => rmSync(process.env.BALLAST), 1500); }
  await job.ack();
  done.push(job.data);
  if (job.data === 3) break;
}
console.log(JSON.stringify(done));
await Ghost.close();
`;

test.unless(
  cannotMount,
  "on a full disk a saga and a loop over persistent messages wait, say so once, and go on when there is room",
  async () => {
    await using home = makeHome();
    using app = makeApp();
    const data = join(home.dir, "data");
    using _disk = mountSmall(data, DISK_BYTES);
    await home.ok(["hub", "start"]);
    const { code, stdout, stderr } = await app.run(SAGA_AND_QUEUE, { env: { GHOST_HUB: hubSocket(home), BALLAST: ballast(data) } });
    assert.is(code, 0, stderr);
    assert.match(stdout, /^\[true,\["reserve","charge"\]\]\n[\s\S]*\[1,2,3\]$/m);
    const count = (what: RegExp): number => (stdout + stderr).match(what)?.length ?? 0;
    assert.equal(
      [/sagas wait until/g, /sagas go on/g, /consuming jobs waits/g, /consuming jobs goes on/g].map(count),
      [1, 1, 1, 1],
      stdout + stderr,
    );
  },
);

const IN_PYTHON = `
app = ghost.connect()
app.publish_persistent("jobs", 1)
def fill():
    try:
        with open(sys.argv[1], "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError:
        pass
    while True:
        app.set("probe", "x" * 100_000)
for job in app.consume("jobs", "g"):
    fails("NO_SPACE", fill)
    job.ack()
    print("taken", job.data)
    break
`;

test.unless(cannotMount ?? needs("python3"), "in Python, too, a loop over persistent messages waits while the disk is full", async () => {
  await using home = makeHome();
  const data = join(home.dir, "data");
  using _disk = mountSmall(data, DISK_BYTES);
  await home.ok(["hub", "start"]);
  using program = pythonBeside(home, IN_PYTHON.replace("sys.argv[1]", JSON.stringify(ballast(data))));
  await program.saw("consuming jobs waits, and tries again: cannot write");
  rmSync(ballast(data));
  await program.saw("taken 1");
  assert.is(program.said().match(/consuming jobs (waits|goes on)/g)?.length, 2, program.said());
});

test.run();
