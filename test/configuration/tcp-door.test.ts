import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessView, SystemView } from "../../core/api/wire.ts";
import { systemOf } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { launch } from "../supervise/processes.ts";

const TOKEN = "correct-horse-battery-staple";

interface Door {
  readonly port: number;
  readonly tokenFile: string;
  /** Asks with the token unless the headers say otherwise. */
  ask(
    path: string,
    headers?: Readonly<Record<string, string>>,
    method?: string,
  ): Promise<{ status: number; headers: IncomingMessage["headers"]; text: string }>;
}

/** Writes token and configuration; the daemon is for the test to start. */
async function makeDoor(home: Home, mode = 0o600, token = `${TOKEN}\n`): Promise<Door> {
  const port = await freePort();
  const tokenFile = join(home.dir, "token");
  mkdirSync(home.dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(home.dir, ".ghost.yaml"), `http:\n  listen: "127.0.0.1:${port}"\n  token_file: ${tokenFile}\n`);
  // The folder of a home holds nothing of others, so the token comes after its first daemon.
  await home.ok(["daemon"]);
  writeFileSync(tokenFile, token, { mode });
  return {
    port,
    tokenFile,
    ask: (path, headers = { authorization: `Bearer ${TOKEN}` }, method = "GET") =>
      new Promise((resolve, reject) => {
        const outgoing = request({ host: "127.0.0.1", port, path, headers, method, agent: false }, async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() });
        });
        outgoing.once("error", reject);
        outgoing.end();
      }),
  };
}

async function untilSystem(home: Home, what: string, condition: (system: SystemView) => boolean): Promise<SystemView> {
  let last: SystemView | undefined;
  await waitFor(async () => condition((last = await systemOf(home))), { what, seen: () => last });
  return last as SystemView;
}

test("the same routes answer on TCP, and only to who has the token", async () => {
  await using home = makeHome();
  const { ask, port } = await makeDoor(home);
  await launch(home, { name: "api", command: "sleep 1000", type: "service" });
  await untilSystem(home, "the door", ({ http }) => http === `127.0.0.1:${port}`);
  assert.equal(
    (JSON.parse((await ask("/v1/processes")).text) as ProcessView[]).map(({ name }) => name),
    ["api"],
  );
  assert.match((await ask("/metrics")).text, /# EOF\n$/);
  assert.is((await ask("/v1/processes/api/stop", undefined, "POST")).status, 200);
  for (const headers of [
    {},
    { authorization: "Bearer wrong" },
    { authorization: TOKEN },
    { authorization: `Basic ${btoa(`x:${TOKEN}`)}` },
  ] as Record<string, string>[]) {
    for (const path of ["/metrics", "/v1/processes", "/nowhere", "/healthz/../metrics"]) {
      const answer = await ask(path, headers);
      assert.is(answer.status, 401, `${path} ${JSON.stringify(headers)}`);
      assert.is(answer.headers["www-authenticate"], 'Bearer realm="ghost"');
      assert.match(answer.text, /"UNAUTHORIZED"/);
    }
  }
  assert.is((await ask("/healthz", {})).status, 200, "whether it lives is no secret");
  assert.is((await ask("/v1/processes", { authorization: `bearer   ${TOKEN}` })).status, 200, "the scheme is told apart without case");
});

test("a request for another host is refused, as a web page's would be after DNS rebinding; nothing allows other origins", async () => {
  await using home = makeHome();
  const { ask, port } = await makeDoor(home);
  await untilSystem(home, "the door", ({ http }) => http !== null);
  const authorization = `Bearer ${TOKEN}`;
  for (const host of ["evil.example", `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, "127.0.0.1:1"])
    assert.is((await ask("/healthz", { host, authorization })).status, 403, host);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`])
    assert.is((await ask("/v1/processes", { host, authorization })).status, 200, host);
  const answer = await ask("/v1/processes", { authorization, origin: "https://evil.example" });
  assert.is(answer.headers["access-control-allow-origin"], undefined);
});

test("without a token file, or with a lax or empty one, the door stays shut, the daemon goes on, and the remedy opens it", async () => {
  await using home = makeHome();
  const { tokenFile, ask } = await makeDoor(home, 0o644);
  const shut = (why: RegExp) =>
    untilSystem(home, `a warning like ${why}`, ({ http, warnings }) => http === null && warnings.some((warning) => why.test(warning)));
  await shut(/token_file: others may read it \(mode 644\) \(chmod 600 /);
  assert.match((await home.ghost(["doctor"])).stdout, /others may read it/);
  rmSync(tokenFile);
  await shut(/there is no such file \(\(umask 077; head -c 32 \/dev\/urandom \| base64 > /);
  writeFileSync(tokenFile, " \n", { mode: 0o600 });
  await shut(/it is empty/);
  writeFileSync(tokenFile, TOKEN);
  await untilSystem(home, "the door", ({ http, warnings }) => http !== null && warnings.length === 0);
  assert.is((await ask("/v1/system")).status, 200);
  chmodSync(tokenFile, 0o640);
  assert.is(
    (await ask("/v1/system").catch(() => ({ status: 400 }))).status,
    400,
    "a token that others may read opens nothing from that moment on",
  );
  await shut(/others may read it/);
});

test("a token that is replaced is void at once", async () => {
  await using home = makeHome();
  const { tokenFile, ask } = await makeDoor(home);
  await untilSystem(home, "the door", ({ http }) => http !== null);
  assert.is((await ask("/v1/system")).status, 200);
  writeFileSync(tokenFile, "another");
  assert.is((await ask("/v1/system")).status, 401);
  assert.is((await ask("/v1/system", { authorization: "Bearer another" })).status, 200);
});

test("a port that is held is told, and taken once it is free", async () => {
  await using home = makeHome();
  const holder = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => holder.listen(port, "127.0.0.1", resolve));
  await home.ok(["daemon"]);
  writeFileSync(join(home.dir, "token"), TOKEN, { mode: 0o600 });
  writeFileSync(join(home.dir, ".ghost.yaml"), `http: { listen: "127.0.0.1:${port}", token_file: ${join(home.dir, "token")} }\n`);
  await untilSystem(home, "the warning", ({ warnings }) => warnings.some((text) => text.includes("is held by another program")));
  await new Promise((resolve) => holder.close(resolve));
  await untilSystem(home, "the door", ({ http, warnings }) => http === `127.0.0.1:${port}` && warnings.length === 0);
});

test.run();
