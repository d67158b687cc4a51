import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { daemonPid, declare, launch, untilLines, untilStatus, untilView } from "./processes.ts";

const FROM_FILE = "fromfile-QzX81-value";
const NAMED = "named-QzX82-value";
const FILLED_IN = "filledin-QzX83-value";
const INHERITED = "inherited-QzX84-value";
const LATER = "later-QzX85-value";
const ALL = /QzX8\d/;

/** Every file below a folder that holds one of the values, links and FIFOs left out. */
function filesWithSecrets(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && ALL.test(readFileSync(path, "latin1")));
}

async function everythingSaid(home: Home): Promise<string> {
  const commands = [
    "list",
    "list --json",
    "status",
    "status api",
    "status api --json",
    "why --all --json",
    "why api",
    "env api",
    "env api --json",
    "env api --diff",
    "plan",
    "plan --json",
    "doctor",
    "doctor --json",
    "monitor",
    "daemon status --json",
    "daemon logs",
  ];
  const said = await Promise.all(commands.map((command) => home.ghost(command.split(" "), { env: environment(home) })));
  return said.map(({ stdout, stderr }, index) => `$ ${commands[index]}\n${stdout}${stderr}`).join("\n");
}

const environment = (home: Home) => ({ ...home.env, DB_PASSWORD: FILLED_IN, GITHUB_TOKEN: INHERITED });

const declareApi = (home: Home, file: string) =>
  declare(home, {
    name: "api",
    command: ["sh", "-c", `exec ${program("environment.sh")} ${file}`, "--password=${DB_PASSWORD}"],
    restart: true,
    inherit: ["GITHUB_TOKEN"],
    environment: { MOUNTED: { from_file: "mounted" }, API_KEY: NAMED, URL: "postgres://me:${DB_PASSWORD}@host/db" },
  });

test("secrets reach the process, rest in data/secrets, and are nowhere else", async () => {
  await using home = makeHome();
  home.write("mounted", `${FROM_FILE}\n`);
  const file = join(home.work, "env");
  declareApi(home, file);
  const env = environment(home);
  await home.ok(["daemon"], { env });
  assert.not.match((await home.ok(["plan", "--json"], { env })).stdout, ALL);
  const registered = await home.ok(["register", "--start", "--json"], { env });
  assert.not.match(registered.stdout + registered.stderr, ALL);
  const given = (await untilLines(file)).join("\n");
  for (const line of [`MOUNTED=${FROM_FILE}`, `API_KEY=${NAMED}`, `URL=postgres://me:${FILLED_IN}@host/db`, `GITHUB_TOKEN=${INHERITED}`])
    assert.ok(given.includes(line), line);

  const secretsFile = join(home.dir, "data/secrets");
  assert.not.match(await everythingSaid(home), ALL);
  assert.equal(filesWithSecrets(home.dir), [secretsFile]);
  assert.is(statSync(secretsFile).mode & 0o777, 0o600);
  assert.not.match(readFileSync(secretsFile, "utf8"), FROM_FILE, "what is read from a file is not kept at all");

  // Another daemon, which did not start the process, knows as well what to mask.
  const pid = await daemonPid(home);
  process.kill(pid, "SIGKILL");
  await untilView(home, "api", (process) => process.status === "running");
  assert.not.match(await everythingSaid(home), ALL);

  // A secret that changes is told as changed, without either value.
  const changed = await home.ok(["plan"], { env: { ...env, DB_PASSWORD: LATER } });
  assert.match(changed.stdout, /\*{6} \(changed\)|\(changed\)/);
  assert.not.match(changed.stdout, ALL);
  await home.ok(["daemon", "stop"]);
  assert.equal(filesWithSecrets(home.dir), [secretsFile]);
  await home.ok(["daemon"]);
  await home.ok(["delete", "api"]);
  assert.equal(filesWithSecrets(home.dir), []);
});

test("what a dying program says of its secrets is masked in the error, not in its own log", async () => {
  await using home = makeHome();
  home.write("mounted", `${FROM_FILE}\n`);
  const says = 'echo "cannot log in with $MOUNTED and $API_KEY" >&2; exit 5';
  const outcome = await launch(home, {
    name: "api",
    command: ["sh", "-c", says],
    restart: "never",
    type: "service",
    environment: { MOUNTED: { from_file: "mounted" }, API_KEY: NAMED },
  });
  assert.is(outcome.code, 1);
  assert.match(outcome.stderr, /cannot log in with \*{6} and \*{6}/);
  assert.not.match(outcome.stderr, ALL);
  await untilStatus(home, "api", "failed");
  assert.match((await home.ok(["logs", "api"])).stdout, FROM_FILE);
});

test("a secret of several lines is masked line by line: in errors, in what ci tells, and in the tree that status shows", async () => {
  await using home = makeHome();
  const key = "begin-QzX86-key\nmiddle-QzX87-key\nend-QzX88-key\n";
  const env = { ...home.env, SIGNING_KEY: key };
  const dies = { name: "dies", command: ["sh", "-c", 'echo "$SIGNING_KEY" >&2; exit 5'], inherit: ["SIGNING_KEY"], type: "service" };
  const shows = { name: "shows", command: ["sh", "-c", "sleep 1000; :", "${SIGNING_KEY}"], restart: true };
  declare(home, dies, shows);
  const { stderr } = await home.ghost(["register", "--start"], { env });
  assert.match(stderr, /\*{6}\n.*\*{6}\n/);
  assert.not.match(stderr, ALL);
  await untilStatus(home, "shows", "running");
  const { stdout } = await home.ok(["status", "shows"]);
  assert.match(stdout, /sleep 1000; : \*{6}/);
  assert.not.match(stdout, ALL);
  assert.not.match(stdout, /(middle|end)-/);

  const ci = await home.ghost(["ci", "processes.yaml", "--until", "dies", "--junit", "report.xml"], { env });
  assert.is(ci.code, 5);
  // What the program itself writes is passed on as it is.
  const report = readFileSync(join(home.work, "report.xml"), "utf8");
  assert.match(report, /\*{6}/);
  assert.not.match(report, ALL);
});

test.run();
