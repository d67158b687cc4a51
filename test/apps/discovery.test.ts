import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { connectHub, hubSocket } from "../hub/asking.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, listed, makeApp, statusOf } from "./apps-rig.ts";

/** A service that writes its environment down and lives on. */
const SERVICE = `import { writeFileSync } from "node:fs";
writeFileSync(new URL("./environment.json", import.meta.url), JSON.stringify(process.env));
setInterval(() => {}, 1000);
`;
const SERVICE_FILE = "app: { name: Hello there }\ncore: { mode: production, settings: { type: service } }\n";

test("a folder with a .ghost.yaml in ghosts/ is an app: registered, started by name, told who it is", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, folder, "hello");
  await home.ok(["daemon", "start"]);
  const [app] = await listed(home);
  assert.equal([app?.project, app?.name, app?.kind, app?.type, app?.status], ["ghosts", "hello", "ghost", "service", "stopped"]);
  await home.ok(["start", "hello"]);
  const environment = await waitFor(() => JSON.parse(readFileSync(join(folder, "environment.json"), "utf8")), { what: "its environment" });
  assert.equal([environment.GHOST_HOME, environment.GHOST_NAME, environment.GHOST_INSTANCE], [home.dir, "hello", "0"]);
  assert.equal(environment.GHOST_HUB, hubSocket(home));
  const { app: names, core } = JSON.parse(environment.GHOST_CONFIG);
  assert.equal([names.id, names.name, core.mode, core.settings.type], ["hello", "Hello there", "production", "service"]);
  await home.ok(["hub", "start"]);
  using hub = await connectHub(environment.GHOST_HUB);
  assert.equal(await hub.ask("AUTH", environment.GHOST_TOKEN), "OK");
  assert.equal(await hub.ask("GHOST.NAMESPACE"), "hello");
  const { stdout } = await home.ok(["env", "hello"]);
  assert.not.ok(stdout.includes(environment.GHOST_TOKEN), "the token is masked");
});

test("one that lies in ghosts/ is listed although there never was a daemon", async () => {
  await using home = makeHome();
  linkApp(home, makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE }), "hello");
  assert.is((await home.ok(["list", "--quiet"])).stdout, "ghosts/hello\n");
});

test("apps that come and go are noticed by a daemon that runs", async () => {
  await using home = makeHome();
  await home.ok(["daemon", "start"]);
  assert.equal(await listed(home), []);
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  const link = linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  rmSync(link);
  await waitFor(async () => (await listed(home)).length === 0, { what: "the app to be gone" });
});

test("one that is taken away and put back at once goes on as if nothing had been, and whoever asks meanwhile is told", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  const link = linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  const { pid } = await statusOf(home, "hello");
  const warnings = async (): Promise<string> => JSON.stringify((await home.ok(["daemon", "status", "--json"])).json());
  rmSync(link);
  assert.match(await warnings(), `cannot find ${link}/.ghost.yaml: unless it is back within 3 s, the app hello is taken away`);
  linkApp(home, folder, "hello");
  assert.not.match(await warnings(), "cannot find");
  assert.equal([(await statusOf(home, "hello")).status, (await statusOf(home, "hello")).pid], ["running", pid]);
});

test("a changed file reaches the app on the bus, and restarts it only where that is needed", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  await home.ok(["hub", "start"]);
  using hub = await connectHub(hubSocket(home));
  await hub.ask("SUBSCRIBE", "ghost:config:hello");
  const before = await statusOf(home, "hello");
  writeFileSync(join(folder, ".ghost.yaml"), SERVICE_FILE.replace("production", "staging"));
  const messages = (): string[][] => (hub.messages as unknown as string[][]).filter(([kind]) => kind === "message");
  await waitFor(() => messages().length > 0, { what: "the new configuration" });
  const [message] = messages();
  assert.is(JSON.parse(message?.[2] ?? "{}").core.mode, "staging");
  assert.is((await statusOf(home, "hello")).pid, before.pid);
  writeFileSync(join(folder, ".ghost.yaml"), `${SERVICE_FILE}environment: { A: b }\n`);
  await waitFor(async () => ![before.pid, null].includes((await statusOf(home, "hello")).pid), { what: "another run" });
});

test("a file that cannot be used changes nothing, and is told with its place until it is mended", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  const { pid } = await statusOf(home, "hello");
  writeFileSync(join(folder, ".ghost.yaml"), "core:\n  settings:\n    type: daemon\n");
  const warnings = async (): Promise<string> => JSON.stringify((await home.ok(["daemon", "status", "--json"])).json());
  await waitFor(async () => /hello\/\.ghost\.yaml:3:11: cannot use .*daemon.* as core\.settings\.type/.test(await warnings()), {
    what: "the warning",
    seen: warnings,
  });
  const { pid: same, history } = await statusOf(home, "hello");
  assert.is(same, pid);
  assert.ok(history.some(({ cause }) => cause.kind === "configuration-invalid"));
  assert.match((await home.ghost(["doctor"])).stdout, /core\.settings\.type/);
  writeFileSync(join(folder, ".ghost.yaml"), SERVICE_FILE);
  await waitFor(async () => !(await warnings()).includes("core.settings.type"), { what: "the warning to be gone" });
});

test("start and restart go by the file as it was saved last, and say what is wrong with one that cannot be used", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, folder, "hello");
  const save = (more: string): void => writeFileSync(join(folder, ".ghost.yaml"), SERVICE_FILE + more);
  const started = async (verb: string): Promise<string> => (await home.ok([verb, "hello"])).stderr.trim();
  const environment = async (): Promise<string> => (await home.ok(["env", "hello"])).stdout;
  await home.ok(["daemon", "start"]);
  save("environment: { A: first }\n");
  assert.not.match(await started("start"), /ghost\.yaml/);
  assert.match(await environment(), /^A +first/m);
  for (const verb of ["restart", "start"]) {
    save("entri: app.js\n");
    assert.match(
      await started(verb),
      /; cannot use the app hello: \S+\.ghost\.yaml:3:1: cannot use entri in the file: there is no such key/,
    );
  }
  assert.match(await environment(), /^A +first/m);
  save("environment: { A: second }\n");
  assert.not.match(await started("restart"), /ghost\.yaml/);
  assert.match(await environment(), /^A +second/m);
});

test("apps are there again after the daemon's end, and what is missing on disk keeps its place", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  await home.ok(["daemon", "stop"]);
  rmSync(folder, { recursive: true });
  await home.ok(["daemon", "start"]);
  const [app] = await listed(home);
  assert.is(app?.name, "hello");
  const status = (await home.ok(["daemon", "status", "--json"])).json<{ warnings: string[] }>();
  assert.match(status.warnings.join("\n"), /leads nowhere/);
});

test("a .ghost.yaml that is no regular file is never opened, the rest of the daemon goes on, and it is told", async () => {
  await using home = makeHome();
  linkApp(home, makeApp(home, "good", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE }), "good");
  for (const name of ["pipe", "endless", "folder"]) mkdirSync(join(home.dir, "ghosts", name));
  const fileOf = (name: string): string => join(home.dir, "ghosts", name, ".ghost.yaml");
  execFileSync("mkfifo", [fileOf("pipe")]);
  symlinkSync("/dev/zero", fileOf("endless"));
  mkdirSync(fileOf("folder"));
  await home.ok(["daemon", "start"]);
  assert.equal(
    (await listed(home)).map(({ name }) => name),
    ["good"],
  );
  const { warnings } = (await home.ok(["daemon", "status", "--json"])).json<{ warnings: string[] }>();
  for (const name of ["pipe", "endless"]) assert.match(warnings.join("\n"), `cannot read ${fileOf(name)}: it is not a regular file`);
  assert.match(warnings.join("\n"), `cannot read ${fileOf("folder")}: it is a directory`);
});

test("apps need each other as processes do, and one that needs what is not there is told of", async () => {
  await using home = makeHome();
  const file = (needs: string): string => `type: service\ndepends_on: [${needs}]\n`;
  linkApp(home, makeApp(home, "a", { ".ghost.yaml": file("b"), "app.js": SERVICE }), "a");
  linkApp(home, makeApp(home, "b", { ".ghost.yaml": "type: oneshot\n", "app.js": "console.log(1);\n" }), "b");
  linkApp(home, makeApp(home, "c", { ".ghost.yaml": file("nothing"), "app.js": SERVICE }), "c");
  await home.ok(["daemon", "start"]);
  await home.ok(["start", "a"]);
  assert.equal([(await statusOf(home, "a")).status, (await statusOf(home, "b")).status], ["running", "exited"]);
  const { warnings } = (await home.ok(["daemon", "status", "--json"])).json<{ warnings: string[] }>();
  assert.match(warnings.join("\n"), /what the app c needs: there is no app nothing/);
});

test("logs go where the app's file says", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": "core: { logsPath: logs }\n", "app.js": "console.log('here');\n" });
  linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  await waitFor(() => readFileSync(join(folder, "logs/out.log"), "utf8") === "here\n", { what: "its log" });
  assert.match((await home.ok(["logs", "hello"])).stdout, /here/);
});

test.run();
