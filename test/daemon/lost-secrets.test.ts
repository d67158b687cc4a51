import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { history, untilStatus } from "../supervise/processes.ts";
import { pidsOf, systemOf } from "./daemons.ts";

const SECRET = "hunter2hunter2";
const FILE = `project: shop
processes:
  - { name: api, executable: ${program("graceful.sh")}, restart: true, environment: { DB_PASSWORD: ${SECRET} } }
  - { name: word, command: ["sh", "-c", "echo \\"$0\\" >> said; exec sleep 1000", "\${TOKEN}"], restart: true }
  - { name: plain, executable: ${program("graceful.sh")}, restart: true }
`;

const secretsFile = (home: Home): string => join(home.dir, "data/secrets");
const asideOf = (home: Home): string[] => readdirSync(join(home.dir, "data")).filter((name) => name.startsWith("secrets.damaged-"));

const DAMAGES: Readonly<Record<string, string>> = {
  "cut in the middle": `{"file:/x":{"DB_PASSWORD":"${SECRET.slice(0, 4)}`,
  empty: "",
  "of another shape": `["${SECRET}"]`,
};

for (const [name, content] of Object.entries(DAMAGES)) {
  test(`data/secrets is ${name}: it is set aside and told, and nothing starts with an empty secret`, async () => {
    await using home = makeHome();
    home.write("processes.yaml", FILE);
    const env = { ...home.env, TOKEN: "token-token" };
    await home.ok(["register", "--start"], { env });
    const before = await pidsOf(home);
    await home.ok(["daemon", "stop", "--leave"]);
    writeFileSync(secretsFile(home), content);
    await home.ok(["daemon", "start"]);

    // What runs is left alone, and what has no secrets starts as ever.
    assert.equal(await pidsOf(home), before);
    await home.ok(["restart", "plain"]);
    const [aside = ""] = asideOf(home);
    assert.is(readFileSync(join(home.dir, "data", aside), "utf8"), content);
    const { warnings } = await systemOf(home);
    assert.match(warnings.join("\n"), /data\/secrets was damaged .* set aside as .*secrets\.damaged-.* registered again/);
    assert.not.match(warnings.join("\n"), /hunt/);
    assert.match((await home.ghost(["doctor"])).stdout, /data\/secrets was damaged/);
    const told = (await home.ok(["why", "--all", "--json"])).json<HistoryEntry[]>();
    assert.ok(told.some(({ cause }) => cause.kind === "secrets-damaged"));

    for (const [process, secret] of [
      ["api", "DB_PASSWORD"],
      ["word", "TOKEN"],
    ] as const) {
      const { code, stderr } = await home.ghost(["restart", process]);
      assert.is(code, 1);
      assert.match(stderr, new RegExp(`cannot fill in the secret \\S*${secret}.*ghost register`, "s"));
      assert.is((await history(home, process)).filter(({ cause }) => cause.kind === "spawned").length, 1);
    }
    assert.is(readFileSync(join(home.work, "said"), "utf8"), "token-token\n");

    await home.ok(["register", "--start"], { env });
    await untilStatus(home, "api", "running");
    assert.ok(readFileSync(`/proc/${(await pidsOf(home)).api}/environ`, "utf8").includes(`DB_PASSWORD=${SECRET}`));
    assert.is(readFileSync(join(home.work, "said"), "utf8"), "token-token\ntoken-token\n");
    await home.ok(["daemon", "restart"]);
    assert.is(asideOf(home).length, 1);
  });
}

test.run();
