import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { SHELLS } from "../../cli/completion/words.ts";
import { connectHub, hubOf, hubSocket } from "../hub/asking.ts";
import { run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { withGhostInPath } from "./ghost-in-path.ts";

/** A home with one process, some files, `ghost` in PATH, and in `.script` what completes in a shell. */
async function prepared(shell: (typeof SHELLS)[number] = "bash"): Promise<{ home: Home; env: Record<string, string> }> {
  const home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1 }\n");
  await home.ok(["register"]);
  home.write("shop.db", "");
  home.write(".script", (await home.ok(["completions", shell])).stdout);
  for (const file of ["basket.ts", "bakery/.keep", "made.tar.gz", "made.txt"]) home.write(file, "");
  return { home, env: withGhostInPath(home) };
}

const CASES: [string, string[]][] = [
  ["ghost sta", ["start", "status"]],
  ["ghost stop --f", ["--force"]],
  ["ghost stop ap", ["api"]],
  ["ghost status shop/", ["shop/api"]],
  ["ghost daemon r", ["restart"]],
  ["ghost hub to", ["token"]],
  ["ghost bus str", ["stream"]],
  ["ghost bus stream re", ["read", "retry"]],
  ["ghost data get s", [""]],
  ["ghost data backup sh", ["shop.db"]],
  ["ghost signal ap", ["api"]],
  ["ghost signal api SIGH", ["SIGHUP"]],
  ["ghost create shop --template bas", ["basic"]],
  ["ghost create shop --template bak", ["bakery/"]],
  ["ghost create shop -t mad", ["made.tar.gz"]],
  ["ghost start bask", ["basket.ts"]],
  ["ghost run all", [""]],
  ["ghost test all", [""]],
  ["ghost run api", [""]],
  ["ghost run hel", ["hello"]],
  ["ghost sdk update hel", ["hello"]],
  ["ghost run bask", ["basket.ts"]],
  ["ghost sdk update bak", ["bakery/"]],
  ["ghost export co", ["compose"]],
  ["ghost export yaml ap", ["api"]],
  ["ghost saga list --state pa", ["parked"]],
];

test.unless(needs("bash"), "bash completes commands, options and names", async () => {
  const { home, env } = await prepared("bash");
  await using _ = home;
  await home.ok(["create", "hello", "--dir", "apps/greeter"]);
  for (const [line, expected] of CASES) {
    const script = `source ./.script; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _ghost; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run(["bash", "-c", script], { cwd: home.work, env });
    assert.equal(stdout.trim().split("\n"), expected, line);
  }
});

test.unless(needs("fish"), "fish completes commands, options and names", async () => {
  const { home, env } = await prepared("fish");
  await using _ = home;
  await home.ok(["create", "hello", "--dir", "apps/greeter"]);
  for (const [line, expected] of CASES) {
    const { stdout } = await run(["fish", "--no-config", "-c", `source ./.script; complete -C '${line}'`], {
      cwd: home.work,
      env,
    });
    assert.equal(
      stdout
        .trim()
        .split("\n")
        .map((each) => each.split("\t")[0]),
      expected,
      line,
    );
  }
});

/** Names in the hub, one of which would be code to a shell that evaluates it, and what completes what is typed. */
const HUB_CASES: [string[], string[]][] = [
  [
    ["data", "get", "us"],
    ["user:7", "user:8"],
  ],
  [
    ["data", "get", "user:"],
    ["user:7", "user:8"],
  ],
  [["data", "get", "user:7", "user:8"], ["user:8"]],
  [["data", "get", "$"], ["$(touch${IFS}made)"]],
  [["data", "get", "jo"], []],
  [["data", "del", "jo"], ["jobs"]],
  [["data", "get", "sh"], ["shared:all"]],
  [["data", "get", "--namespace", "shop", "a"], ["apples"]],
  [["data", "get", "--namespace", "sho"], ["shop"]],
  [["data", "get", "--namespace", "none", ""], []],
  [["bus", "stream", "read", "j"], ["jobs"]],
  [
    ["bus", "sub", "or"],
    ["orders", "orders:kept"],
  ],
  [["bus", "sub", "ghost:p"], ["ghost:process:api"]],
  [
    ["bus", "request", "or"],
    ["orders", "orders:kept"],
  ],
  [["bus", "pub", "orders", "or"], []],
  [["saga", "show", "che"], ["checkout"]],
  [["saga", "list", "--namespace", "default", "che"], []],
  [
    ["saga", "show", "checkout", "order-"],
    ["order-17", "order-18"],
  ],
  [["saga", "retry", "--namespace", "shop", "checkout", "order-"], ["order-18"]],
  [["saga", "skip", "checkout", "order-"], ["order-18"]],
];

/** Begins a saga of one step, which cannot be taken back if it is to be parked. */
async function beginSaga(hub: Awaited<ReturnType<typeof connectHub>>, id: string, isParked: boolean): Promise<void> {
  const plan = JSON.stringify([{ name: "charge", run: [1, 1, 1], undo: [1, 1, 1] }]);
  const { fence } = JSON.parse(String(await hub.ask("GHOST.SAGA", "CLAIM", "checkout", id, "shop/0", "60000", plan, "{}")));
  const ends = [
    { step: "charge", is: "failed", error: { message: "no money" } },
    { step: "charge", undo: true, is: "failed", error: { message: "the bank is away" } },
  ];
  if (isParked) for (const end of ends) await hub.ask("GHOST.SAGA", "REPORT", "checkout", id, String(fence), JSON.stringify(end));
}

/** A hub with something of everything, and who listens to a channel. */
async function filled(home: Home): Promise<Disposable> {
  await home.ok(["hub", "start"]);
  const hub = await connectHub(hubSocket(home));
  await hub.ask("MSET", "user:7", "1", "user:8", "1", "$(touch${IFS}made)", "1", "with blank", "1", "shared:all", "1");
  await hub.ask("XADD", "jobs", "*", "a", "b");
  await hub.ask("GHOST.PUBLISH", "orders:kept", "x", "PERSIST");
  await hub.ask("GHOST.NAMESPACE", "shop");
  await hub.ask("SET", "apples", "1");
  for (const [id, isParked] of [
    ["order-17", false],
    ["order-18", true],
  ] as const)
    await beginSaga(hub, id, isParked);
  await hub.ask("SUBSCRIBE", "orders");
  return hub;
}

/** A line as bash has it: a colon is a word. */
const bashWords = (line: readonly string[]): string =>
  ["ghost", ...line]
    .flatMap((word) => (word === "" ? [""] : word.split(/(:)/).filter((part) => part !== "")))
    .map((word) => `'${word}'`)
    .join(" ");

/** Asks until it is as expected: on a machine with much to do the hub may answer too late, and then nothing is offered. */
async function untilOffered(complete: () => Promise<string[]>, expected: readonly string[], line: string): Promise<void> {
  let seen: string[] = [];
  const isSo = async () => JSON.stringify((seen = await complete())) === JSON.stringify(expected);
  await waitFor(isSo, { what: `what completes ${line}`, seen: () => seen.join() });
}

test.unless(needs("bash"), "bash completes what the hub knows, and takes no name for code", async () => {
  const { home, env } = await prepared("bash");
  await using _ = home;
  using _hub = await filled(home);
  for (const [line, expected] of HUB_CASES) {
    const script = `source ./.script; COMP_WORDS=(${bashWords(line)}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _ghost; eval "set -- \${COMPREPLY[*]}"; printf '%s\\n' "$@"`;
    const complete = async () =>
      (await run(["bash", "-c", script], { cwd: home.work, env })).stdout.split("\n").filter((name) => name !== "");
    // What stands before the last colon is typed already.
    const typed = (line.at(-1) ?? "").replace(/[^:]*$/, "");
    await untilOffered(
      complete,
      expected.map((name) => name.slice(typed.length)),
      line.join(" "),
    );
  }
  assert.not(existsSync(join(home.work, "made")));
});

test.unless(needs("fish"), "fish completes what the hub knows, and takes no name for code", async () => {
  const { home, env } = await prepared("fish");
  await using _ = home;
  using _hub = await filled(home);
  for (const [line, expected] of HUB_CASES) {
    const typed = ["ghost", ...line].map((word) => word.replace(/[$()]/g, "\\$&")).join(" ");
    const script = `source ./.script; complete -C (string join \\n -- $argv)`;
    const complete = async () => {
      const { stdout } = await run(["fish", "--no-config", "-c", script, typed], { cwd: home.work, env });
      return stdout.split("\n").flatMap((each) => each.split("\t")[0] || []);
    };
    await untilOffered(complete, expected, line.join(" "));
  }
  assert.not(existsSync(join(home.work, "made")));
});

test.unless(needs("zsh"), "zsh offers what the hub knows, and takes no name for code", async () => {
  const { home, env } = await prepared("zsh");
  await using _ = home;
  using _hub = await filled(home);
  const script =
    'compdef() { }; source ./.script; compadd() { shift; print -rl -- "$@" }; ' +
    'words=(ghost "$@"); CURRENT=$#words; PREFIX="$words[-1]"; _ghost';
  for (const [line, expected] of HUB_CASES) {
    const complete = async () => {
      const { stdout } = await run(["zsh", "-f", "-c", script, "zsh", ...line], { cwd: home.work, env });
      return stdout.split("\n").filter((name) => name !== "");
    };
    await untilOffered(complete, expected, line.join(" "));
  }
  assert.not(existsSync(join(home.work, "made")));
});

test("a completion starts no hub, waits for none that does not answer, and says nothing of it", async () => {
  const { home } = await prepared();
  await using _ = home;
  const complete = async () => {
    const { code, stdout, stderr, tookMs } = await home.ghost(["complete", "--", "data", "get", ""]);
    assert.equal([code, stdout, stderr], [0, "", ""]);
    return tookMs;
  };
  await complete();
  assert.not((await hubOf(home)).running);
  await home.ok(["data", "set", "a", "1"]);
  const { pid } = await hubOf(home);
  process.kill(pid ?? 0, "SIGSTOP");
  assert.ok((await complete()) < 3_000, "it does not wait");
  process.kill(pid ?? 0, "SIGCONT");
  await home.ok(["daemon", "stop"]);
  await complete();
});

test("no more names are offered than anybody looks at", async () => {
  const { home } = await prepared();
  await using _ = home;
  await home.ok(["hub", "start"]);
  using hub = await connectHub(hubSocket(home));
  await hub.ask("MSET", ...Array.from({ length: 5_000 }, (_, index) => [`k${index}`, "1"]).flat());
  const offered = async (prefix: string) => (await home.ok(["complete", "--", "data", "get", prefix])).stdout.trim().split("\n").length;
  for (const [prefix, count] of [
    ["k", 200],
    ["k499", 11],
  ] as const)
    await waitFor(async () => (await offered(prefix)) === count, { what: `${count} names that begin with ${prefix}` });
});

test.unless(needs("zsh"), "zsh can read the script", async () => {
  const { home, env } = await prepared();
  await using _ = home;
  const { code, stderr } = await run(
    ["zsh", "-f", "-c", 'autoload -U compinit; compinit -u -D; eval "$(ghost completions zsh)"; (( $+functions[_ghost] ))'],
    { cwd: home.work, env },
  );
  assert.equal([code, stderr], [0, ""]);
});

test.run();
