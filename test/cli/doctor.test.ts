import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";

interface Finding {
  readonly grade: string;
  readonly subject: string;
  readonly message: string;
  readonly hint?: string;
}

const ONE = "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true, environment: { API_TOKEN: hunter22 } }\n";

async function examine(home: Home): Promise<{ code: number | null; troubles: Finding[] }> {
  const outcome = await home.ghost(["doctor", "--json"]);
  const { findings } = outcome.json<{ findings: Finding[] }>();
  return {
    code: outcome.code,
    troubles: findings.filter(({ grade, subject }) => grade !== "good" && !["system", "limits", "disk"].includes(subject)),
  };
}

test("a healthy home is healthy, with a daemon and without one", async () => {
  await using home = makeHome();
  home.write("processes.yaml", ONE);
  await home.ok(["register"]);
  assert.equal(await examine(home), { code: 0, troubles: [] });
  await home.ok(["daemon", "stop"]);
  assert.equal(await examine(home), { code: 0, troubles: [] });
  assert.match((await home.ok(["doctor"])).stdout, /state\.db is whole/);
});

test("tells what is wrong, each with its remedy", async () => {
  await using home = makeHome();
  home.write("processes.yaml", ONE);
  await home.ok(["register"]);
  await home.ok(["daemon", "stop"]);
  chmodSync(home.dir, 0o755);
  chmodSync(join(home.dir, "data", "secrets"), 0o644);
  writeFileSync(join(home.dir, "data", "state.db"), "no database at all".repeat(1000));
  writeFileSync(join(home.dir, "data", "definitions.json.new"), "{");
  utimesSync(join(home.dir, "data", "definitions.json.new"), 1, 1);
  writeFileSync(join(home.dir, "data", "state.db.damaged-2026-01-01T00-00-00-000Z"), "");
  const { code, troubles } = await examine(home);
  assert.is(code, 1);
  const expected = [
    /open to others/,
    /others can read .*secrets/,
    /state\.db is damaged/,
    /interrupted write left .*definitions\.json\.new/,
    /set aside as .*damaged-2026/,
  ];
  for (const message of expected)
    assert.ok(
      troubles.some((trouble) => message.test(trouble.message) && trouble.hint),
      String(message),
    );
  assert.is(troubles.length, expected.length);
});

test("a key file that cannot encrypt is a problem: missing, open to others, no key; one that can is named", async () => {
  await using home = makeHome();
  home.write("processes.yaml", ONE);
  await home.ok(["register"]);
  const file = join(home.dir, "data", "key");
  writeFileSync(join(home.dir, ".ghost.yaml"), "encryption: { key_file: ./data/key }\n");
  const told = async (): Promise<[code: number | null, string, string | undefined]> => {
    const { code, troubles } = await examine(home);
    assert.is(troubles.length, 1, JSON.stringify(troubles));
    return [code, troubles[0]?.message ?? "", troubles[0]?.hint];
  };
  assert.equal(await told(), [
    1,
    `cannot use ${file} as key_file: there is no such file`,
    `(umask 077; openssl rand -base64 32 > ${file})`,
  ]);
  const key = Buffer.alloc(32, 7).toString("base64");
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  chmodSync(file, 0o640);
  assert.equal(await told(), [1, `cannot use ${file} as key_file: others may read it (mode 640)`, `chmod 600 ${file}`]);
  chmodSync(file, 0o600);
  assert.equal(await examine(home), { code: 0, troubles: [] });
  assert.match((await home.ok(["doctor"])).stdout, /data\/key holds the key that encrypt/);
  writeFileSync(file, "too short");
  const [code, message] = await told();
  assert.is(code, 1);
  assert.not.match(message, "too short");
  writeFileSync(join(home.dir, ".ghost.yaml"), "encryption: { key_env: NO_SUCH_KEY }\n");
  assert.equal([(await told())[0], (await told())[1].includes("NO_SUCH_KEY is not set")], [0, true], "others may have it");
});

test("the key file of an app is looked at, too", async () => {
  await using home = makeHome();
  const app = join(home.dir, "ghosts", "shop");
  mkdirSync(app, { recursive: true, mode: 0o700 });
  writeFileSync(join(app, ".ghost.yaml"), "encryption: { key_file: ./key }\n");
  writeFileSync(join(app, "app.js"), "");
  await home.ok(["daemon", "start"]);
  const { troubles } = await examine(home);
  assert.equal(
    troubles.map(({ message }) => message),
    [`cannot use ${join(app, "key")} as key_file: there is no such file, which the .ghost.yaml of the app shop names`],
  );
});

test("a home that is no folder is a problem, not a crash", async () => {
  await using home = makeHome();
  mkdirSync(join(home.dir, ".."), { recursive: true });
  writeFileSync(home.dir, "");
  const { code, troubles } = await examine(home);
  assert.equal([code, troubles.map(({ message }) => message)], [1, [`${home.dir} is not a folder`]]);
});

test("the bundle has what a report needs, and no secret", async () => {
  await using home = makeHome();
  home.write("processes.yaml", ONE);
  await home.ok(["register", "--start"]);
  assert.match((await home.ok(["doctor", "--bundle", "b.tar.gz"])).stderr, /wrote .*b\.tar\.gz/);
  const { stdout } = spawnSync("tar", ["xzOf", join(home.work, "b.tar.gz")], { encoding: "utf8" });
  for (const part of [/"version"/, /"findings"|"grade"/, /started by ghost register/, /"name": "api"/]) assert.match(stdout, part);
  assert.not.match(stdout, "hunter22");
  assert.is((await home.ghost(["doctor", "--bundle", "no/such/folder/b.tar.gz"])).code, 1);
  home.write("mine", "precious");
  const refused = await home.ghost(["doctor", "--bundle", "mine"]);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /cannot write the bundle \S*mine: the file is there already\nhint: .*--force/);
  assert.is(readFileSync(join(home.work, "mine"), "utf8"), "precious");
  await home.ok(["doctor", "--bundle", "mine", "--force"]);
  assert.is.not(readFileSync(join(home.work, "mine"), "latin1"), "precious");
});

test.run();
