import * as assert from "uvu/assert";
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
    `try:
    print("ready", flush=True)
    input()
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

test.run();
