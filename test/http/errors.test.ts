import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { readManifest } from "../../runtime/config/read-files.ts";
import { run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { type Asking, ask } from "./requests.ts";

interface Case {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly asking?: Asking;
  readonly status: number;
  readonly code: string;
  readonly message: RegExp;
}

const json = (body: unknown): Asking => ({ body });

const CASES: readonly Case[] = [
  { what: "an unknown address", method: "GET", path: "/v2/nothing", status: 404, code: "NOT_FOUND", message: /no such address/ },
  { what: "an address that is no address", method: "GET", path: "//", status: 400, code: "USAGE", message: /cannot understand/ },
  { what: "a broken escape", method: "GET", path: "/v1/processes/%E0%A4%A", status: 404, code: "NOT_FOUND", message: /no such address/ },
  { what: "the wrong method", method: "DELETE", path: "/v1/processes/api", status: 405, code: "USAGE", message: /use GET/ },
  { what: "the wrong method of an action", method: "GET", path: "/v1/daemon/stop", status: 405, code: "USAGE", message: /use POST/ },
  { what: "the wrong method of a group", method: "PUT", path: "/v1/groups/g", status: 405, code: "USAGE", message: /use DELETE or GET$/ },
  {
    what: "the wrong method of what a group does",
    method: "GET",
    path: "/v1/groups/g/start",
    status: 405,
    code: "USAGE",
    message: /use POST$/,
  },
  { what: "a verb of no action", method: "DELETE", path: "/v1/groups/g/stop", status: 405, code: "USAGE", message: /use POST$/ },
  {
    what: "the wrong method of what a process does",
    method: "GET",
    path: "/v1/processes/a/stop",
    status: 405,
    code: "USAGE",
    message: /use POST$/,
  },
  { what: "an unknown name", method: "GET", path: "/v1/processes/nobody", status: 404, code: "NOT_FOUND", message: /nobody/ },
  {
    what: "an action on an unknown name",
    method: "POST",
    path: "/v1/processes/nobody/start",
    status: 404,
    code: "NOT_FOUND",
    message: /nobody/,
  },
  { what: "no names", method: "POST", path: "/v1/processes/start", asking: json({}), status: 400, code: "USAGE", message: /no names/ },
  {
    what: "a name that is a number",
    method: "POST",
    path: "/v1/processes/start",
    asking: json({ names: [1] }),
    status: 400,
    code: "USAGE",
    message: /names/,
  },
  {
    what: "no JSON",
    method: "POST",
    path: "/v1/processes/start",
    asking: json("{ names:"),
    status: 400,
    code: "USAGE",
    message: /not a JSON object/,
  },
  {
    what: "a JSON list",
    method: "POST",
    path: "/v1/processes/start",
    asking: json("[]"),
    status: 400,
    code: "USAGE",
    message: /not a JSON object/,
  },
  {
    what: "an unknown signal",
    method: "POST",
    path: "/v1/processes/api/signal",
    asking: json({ signal: "SIGNOPE" }),
    status: 400,
    code: "USAGE",
    message: /no such signal/,
  },
  {
    what: "a signal that is a number",
    method: "POST",
    path: "/v1/processes/api/signal",
    asking: json({ signal: 9 }),
    status: 400,
    code: "USAGE",
    message: /signal/,
  },
  {
    what: "no manifest",
    method: "PUT",
    path: "/v1/manifests/x",
    asking: json({}),
    status: 400,
    code: "USAGE",
    message: /it has no manifest/,
  },
  { what: "a limit that is none", method: "GET", path: "/v1/history?limit=-1", status: 400, code: "USAGE", message: /limit=-1/ },
  {
    what: "a time that is none",
    method: "GET",
    path: "/v1/history?since=yesterday",
    status: 400,
    code: "USAGE",
    message: /since=yesterday/,
  },
  { what: "an event that is none", method: "GET", path: "/v1/events?after=x", status: 400, code: "USAGE", message: /after event x/ },
  { what: "the logs of nobody", method: "GET", path: "/v1/logs?name=nobody", status: 404, code: "NOT_FOUND", message: /nobody/ },
  { what: "a stream that is none", method: "GET", path: "/v1/logs?stream=in", status: 400, code: "USAGE", message: /out or err/ },
  { what: "a pattern that is none", method: "GET", path: "/v1/logs?grep=(", status: 400, code: "USAGE", message: /grep=\(/ },
];

async function makeServing(): Promise<Home> {
  const home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  await home.ok(["register"]);
  return home;
}

test("each wrong request gets its status, a code and a sentence; the daemon goes on", async () => {
  await using home = await makeServing();
  for (const { what, method, path, asking, status, code, message } of CASES) {
    const answer = await ask(home, method, path, asking);
    const { error } = answer.json<{ error: ErrorBody }>();
    assert.equal([what, answer.status, error.code, answer.headers["content-type"]], [what, status, code, "application/json"]);
    assert.match(error.message, message, what);
    if (status === 405) assert.ok(answer.headers.allow);
  }
  assert.is((await ask(home, "GET", "/healthz")).status, 200);
});

test("a body that is too long is refused, told or not how long it is", async () => {
  await using home = await makeServing();
  const huge = Buffer.alloc(33 * 1024 * 1024, " ");
  assert.is((await ask(home, "POST", "/v1/processes/start", { body: huge })).status, 413);
  const chunked = await ask(home, "POST", "/v1/processes/start", { body: huge, headers: { "transfer-encoding": "chunked" } }).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  // A client that is still writing may see the connection's end before the answer.
  assert.ok("status" in chunked ? chunked.status === 413 : ["EPIPE", "ECONNRESET"].includes(chunked.code ?? ""));
  assert.is((await ask(home, "GET", "/healthz")).status, 200);
});

test("a manifest of another shape is refused before anything is kept", async () => {
  await using home = await makeServing();
  const { manifest } = await readManifest([], { directory: home.work, environment: home.env });
  const [definition] = manifest.processes;
  const wrong: readonly [string, Record<string, unknown>][] = [
    ["name", { name: "a/b" }],
    ["name", { name: "all" }],
    ["workingDirectory", { workingDirectory: "relative" }],
    ["args", { args: [1] }],
    ["environment", { environment: { A: 1 } }],
    ["restart.delayMs", { restart: { ...definition?.restart, delayMs: "soon" } }],
    ["watch.paths", { watch: { paths: "x", ignore: [], debounceMs: 1 } }],
    ["logs", { logs: null }],
    ["umask", { umask: "022" }],
    ["source.line", { source: { file: "/x", line: "1" } }],
  ];
  for (const [key, change] of wrong) {
    const body = { manifest: { ...manifest, processes: [{ ...definition, ...change }] } };
    const answer = await ask(home, "PUT", `/v1/manifests/${encodeURIComponent(manifest.id)}`, { body });
    assert.is(answer.status, 400, key);
    assert.match(answer.json<{ error: ErrorBody }>().error.message, key);
  }
  const other = await ask(home, "PUT", "/v1/manifests/other", { body: { manifest } });
  assert.match(other.json<{ error: ErrorBody }>().error.message, /not the one of the address/);
  assert.is((await ask(home, "GET", "/v1/processes")).json<unknown[]>().length, 1);
});

test("a manifest that no file could declare is refused by where its mistake stands, and so is its plan", async () => {
  await using home = await makeServing();
  const { manifest } = await readManifest([], { directory: home.work, environment: home.env });
  const [api] = manifest.processes;
  const worker = { ...api, name: "worker" };
  const needs = (name: string) => [{ name, condition: "started", onLoss: "ignore" }];
  const group = { name: "both", project: "shop", processes: ["api"], startup: "dependency", source: null };
  const probe = { kind: "log", pattern: "(?=a)" };
  const healthCheck = { probe, periodMs: 1, timeoutMs: 1, failures: 1, successes: 1, startGraceMs: 1, restart: false };
  const wrong: readonly [RegExp, object][] = [
    [
      /processes\[0\]\.dependsOn: .*api needs worker, worker needs api/,
      {
        processes: [
          { ...api, dependsOn: needs("worker") },
          { ...worker, dependsOn: needs("api") },
        ],
      },
    ],
    [/processes\[0\]\.dependsOn\[0\]: .*nobody/, { processes: [{ ...api, dependsOn: needs("nobody") }] }],
    [/groups\[0\]\.name: .*a process is called so/, { groups: [{ ...group, name: "api" }] }],
    [/groups\[0\]\.processes\[1\]: .*nobody/, { groups: [{ ...group, processes: ["api", "nobody"] }] }],
    [/groups\[0\]\.name is not a name/, { groups: [{ ...group, name: "all" }] }],
    [/processes\[0\]\.healthCheck\.probe\.pattern: .*\(\?=a\)/, { processes: [{ ...api, healthCheck }] }],
  ];
  for (const [message, change] of wrong) {
    const body = { manifest: { ...manifest, ...change } };
    for (const [method, path] of [
      ["PUT", ""],
      ["POST", "/plan"],
    ] as const) {
      const answer = await ask(home, method, `/v1/manifests/${encodeURIComponent(manifest.id)}${path}`, { body });
      assert.is(answer.status, 400, `${message}`);
      assert.match(answer.json<{ error: ErrorBody }>().error.message, message);
    }
  }
  assert.equal(
    (await ask(home, "GET", "/v1/processes")).json<{ name: string }[]>().map(({ name }) => name),
    ["api"],
  );
});

test("a name that two files declare is a conflict that names the first", async () => {
  await using home = await makeServing();
  home.write("other/processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1 }\n");
  const { manifest } = await readManifest(["other/processes.yaml"], { directory: home.work, environment: home.env });
  const answer = await ask(home, "PUT", `/v1/manifests/${encodeURIComponent(manifest.id)}`, { body: { manifest } });
  assert.is(answer.status, 409);
  assert.match(answer.json<{ error: ErrorBody }>().error.message, /processes\.yaml:3 declares it already/);
});

test.unless(needs("curl"), "curl needs nothing but the socket", async () => {
  await using home = await makeServing();
  const { stdout } = await run(["curl", "-sS", "--unix-socket", `${home.dir}/run/daemon.sock`, "http://ghost/v1/processes/api"]);
  assert.is((JSON.parse(stdout) as { name: string }[])[0]?.name, "api");
});

test.run();
