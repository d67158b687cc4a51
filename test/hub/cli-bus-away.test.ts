/** Commands that wait while their hub is killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { askHub, connectHub, hubOf, hubSocket } from "./asking.ts";

async function killHub(home: Home): Promise<void> {
  const { pid } = await hubOf(home);
  process.kill(pid as number, "SIGKILL");
}

test("stream tail goes on where it was when the hub is back", async () => {
  await using home = makeHome();
  await home.ok(["bus", "stream", "add", "orders", "1"]);
  const [file = "", ...words] = [...GHOST, "bus", "stream", "tail", "orders", "--since", "1h", "-n", "2", "--json"];
  const child = spawn(file, words, { cwd: home.work, env: home.env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.on("data", (bytes: Buffer) => {
    said.out += bytes;
  });
  child.stderr.on("data", (bytes: Buffer) => {
    said.err += bytes;
  });
  const ended = once(child, "close");
  await waitFor(() => said.out.includes('"data":1'), { what: "the first entry" });
  await killHub(home);
  await waitFor(() => said.err.includes("the hub is away"), { what: "the warning", seen: () => said });
  await home.ok(["bus", "stream", "add", "orders", "2"]);
  assert.is((await ended)[0], 0, said.err);
  assert.equal(
    said.out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { data: unknown }).data),
    [1, 2],
  );
});

test("a request whose hub goes fails at once: its answer could not come any more", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using app = await connectHub(hubSocket(home));
  await app.ask("SUBSCRIBE", "slow");
  const asked = home.ghost(["bus", "request", "slow", "1", "--timeout", "10m", "--json"]);
  await waitFor(() => app.messages.length > 0, { what: "the request" });
  await killHub(home);
  const { code, json } = await asked;
  assert.equal([code, json<{ error: ErrorBody }>().error.code], [4, "HUB_UNREACHABLE"]);
});

test("a query whose hub goes says that nobody knows whether it was done", async () => {
  await using home = makeHome();
  await home.ok(["data", "exec", "CREATE TABLE t (a)"]);
  const endless = "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x";
  const asked = home.ghost(["data", "query", endless, "--json"]);
  const isAsked = async () => String(await askHub(hubSocket(home), "CLIENT", "LIST")).includes("ghost.query");
  await waitFor(isAsked, { what: "the query", seen: () => askHub(hubSocket(home), "CLIENT", "LIST") });
  await killHub(home);
  const { code, json } = await asked;
  const { error } = json<{ error: ErrorBody }>();
  assert.equal([code, error.code], [4, "HUB_UNREACHABLE"]);
  assert.match(error.message, "may be done or not");
});

test.run();
