import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { run } from "../../rig/ghost.ts";
import { needs } from "../../rig/needs.ts";
import { test } from "../../rig/test.ts";
import type { Server } from "../servers/redis.ts";
import { encodeCommand } from "../wire/reply.ts";
import { onBoth } from "./servers.ts";

const TERMINAL = fileURLToPath(new URL("../../cli/terminal.py", import.meta.url));
const withCli = needs("redis-cli");
const cli = async ({ socket }: Server, args: readonly string[], input?: string): Promise<string> => {
  const outcome = await run(["redis-cli", "-s", socket, ...args], { input });
  assert.is(outcome.code, 0, outcome.stderr);
  return outcome.stdout;
};

onBoth(withCli, "redis-cli runs one command, in RESP2 and RESP3", async (server) => {
  assert.is(await cli(server, ["SET", "k", "a b"]), "OK\n");
  assert.is(await cli(server, ["--no-raw", "GET", "k"]), '"a b"\n');
  assert.is(await cli(server, ["HSET", "h", "f", "1"]), "1\n");
  assert.is(await cli(server, ["-3", "--no-raw", "HGETALL", "h"]), '1# "f" => "1"\n');
  assert.is(await cli(server, ["GET", "none"]), "\n");
  assert.match(await cli(server, ["NOSUCH"]), /^ERR unknown command 'NOSUCH', with args beginning with: /);
});

onBoth(withCli, "redis-cli reads commands from a pipe", async (server) => {
  assert.is(await cli(server, [], "SET a 1\nINCR a\nMULTI\nINCR a\nGET a\nEXEC\nGET a\n"), "OK\n2\nOK\nQUEUED\nQUEUED\n3\n3\n3\n");
});

onBoth(withCli, "redis-cli --pipe takes a flood of commands, and --scan finds all keys again", async (server) => {
  const flood = Array.from({ length: 5000 }, (_, index) => encodeCommand(["SET", `key:${index}`, `value ${index}`]).toString()).join("");
  assert.match(await cli(server, ["--pipe"], flood), /errors: 0, replies: 5000/);
  const keys = (await cli(server, ["--scan", "--pattern", "key:*"])).trim().split("\n");
  assert.is(new Set(keys).size, 5000);
  assert.is((await cli(server, ["--scan", "--pattern", "key:12?"])).trim().split("\n").length, 10);
});

onBoth(
  withCli ?? needs("python3"),
  "redis-cli on a terminal: commands, a transaction's prompt, an error, a subscription that ^C ends",
  async (server) => {
    // Whatever is typed before the prompt is shown is thrown away by redis-cli.
    const [prompt, inTransaction] = [`redis ${server.socket}> `, `redis ${server.socket}(TX)> `];
    const steps = [
      [prompt, "set k v\r"],
      [`OK\r\n${prompt}`, "multi\r"],
      [`OK\r\n${inTransaction}`, "get k\r"],
      [`QUEUED\r\n${inTransaction}`, "exec\r"],
      [`1) "v"\r\n${prompt}`, "hget k f\r"],
      [`wrong kind of value\r\n${prompt}`, "subscribe c\r"],
      ["(integer) 1", "\x03"],
      [prompt, "quit\r"],
    ];
    const argv = ["python3", TERMINAL, "100", JSON.stringify(steps), "15", "redis-cli", "-s", server.socket];
    const outcome = await run(argv, { env: { ...(process.env as Record<string, string>), TERM: "xterm", HOME: "/nonexistent" } });
    assert.is(outcome.code, 0, outcome.stdout);
    assert.match(outcome.stdout, /\(TX\)> /);
    assert.match(outcome.stdout, /1\) "v"/);
    assert.match(outcome.stdout, /\(error\) WRONGTYPE/);
  },
);

test.run();
