import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inForeground } from "../cli/foreground.ts";
import { onTerminal } from "../cli/on-terminal.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";

const missing = needs("python3", "linux");

test.unless(missing, "the app has the terminal: its size, its keys one by one, and what is typed", async () => {
  await using home = makeHome();
  home.write(
    "app.ts",
    `console.log(["tty", process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY, process.stdout.columns].join(" "));
process.stdin.setRawMode(true);
process.stdin.once("data", (key) => {
  console.log("key", JSON.stringify(key.toString()));
  process.stdin.setRawMode(false);
  process.exit(6);
});
console.log("type");
`,
  );
  const { code, stdout } = await onTerminal(home, ["run", "app.ts"], { columns: 97, steps: [["type", "\u0003"]] });
  assert.match(stdout, "tty true true true 97");
  assert.match(stdout, 'key "\\u0003"');
  assert.is(code, 6);
});

test.unless(missing, "^C reaches the app once, and its answer is the exit code", async () => {
  await using home = makeHome();
  home.write(
    "app.ts",
    `let times = 0;
process.on("SIGINT", () => { times += 1; setTimeout(() => { console.log("times " + times); process.exit(9); }, 200); });
setInterval(() => {}, 1000);
console.log("ready");
`,
  );
  const { code, stdout } = await onTerminal(home, ["run", "app.ts"], { steps: [["ready", "\u0003"]] });
  assert.match(stdout, "times 1");
  assert.is(code, 9, stdout);
  home.write("plain.sh", "#!/bin/sh\necho ready\nexec sleep 1000\n", 0o755);
  const plain = await onTerminal(home, ["run", "plain.sh"], { steps: [["ready", "\u0003"]] });
  assert.is(plain.code, 130, plain.stdout);
});

test.unless(missing, "^C that the app takes as a key of its own ends neither it nor ghost run", async () => {
  await using home = makeHome();
  home.write(
    "app.py",
    // Python's own waits do not end by a signal that comes just before them.
    `import time
try:
    print("ready", flush=True)
    while True:
        time.sleep(0.02)
except KeyboardInterrupt:
    print("interrupted", flush=True)
print("said", input(), flush=True)
`,
  );
  const steps = [
    ["ready", "\u0003"],
    ["interrupted", "on\n"],
  ] as const;
  const { code, stdout } = await onTerminal(home, ["run", "app.py"], { steps });
  assert.match(stdout, "said on");
  assert.is(code, 0);
});

test.unless(missing, "^C again asks an app that does not end at ^C to end, and once more kills it", async () => {
  await using home = makeHome();
  home.write(
    "app.ts",
    `process.on("SIGINT", () => console.log("int"));
process.on("SIGTERM", () => console.log("term"));
setInterval(() => {}, 1000);
console.log("ready");
`,
  );
  const { code, stdout } = await onTerminal(home, ["run", "app.ts"], {
    steps: [
      ["ready", "\u0003"],
      // Two signals of one kind at once are one: ghost has to have had the first.
      ["int", ""],
      ["", "\u0003"],
      ["term", "\u0003"],
    ],
  });
  assert.is(code, 137, stdout);
  assert.match(stdout, "ghost: app does not end at ^C: SIGTERM asks it to; ^C once more kills it");
  assert.match(stdout, "ghost: app does not end, and is killed");
});

test.unless(missing, "the end of the terminal ends an app as SIGTERM does, whoever is told of it first", async () => {
  await using home = makeHome();
  home.write(
    "app.ts",
    `import { writeFileSync } from "node:fs";
process.on("SIGTERM", () => { writeFileSync("ended", "in order"); process.exit(0); });
setInterval(() => {}, 1000);
console.log("ready");
`,
  );
  for (const whom of ["ghost", "all"]) {
    await using session = inForeground(["run", "app.ts"], { cwd: home.work, env: home.env, ownGroup: true });
    await session.said(/ready/);
    process.kill(whom === "all" ? -(session.child.pid ?? 0) : (session.child.pid ?? 0), "SIGHUP");
    assert.is(await session.ended, 0, whom);
    assert.is(readFileSync(join(home.work, "ended"), "utf8"), "in order");
    rmSync(join(home.work, "ended"));
  }
});

test.run();
