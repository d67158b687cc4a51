import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { type Entry, tarOf } from "./tar-of.ts";

/** A template with placeholders in names and texts, a program, a file that is no text, and what belongs to a working copy alone. */
function writeTemplate(home: Home, folder: string): void {
  home.write(`${folder}/.template.json`, '{ "about": "Mine", "sdk": "none" }');
  home.write(`${folder}/.ghost.yaml`, 'app: { id: "{{name}}" }\nentry: {{name}}.sh\n');
  home.write(`${folder}/{{name}}.sh`, "#!/bin/sh\necho ${{name}} {{other}}\n", 0o755);
  home.write(`${folder}/docs/of-{{package}}/a.md`, "{{package}}: {{description}}\n");
  writeFileSync(join(home.work, folder, "picture"), Buffer.from([0, ...Buffer.from("{{name}}")]));
  home.write(`${folder}/node_modules/thing/index.js`, "");
  home.write(`${folder}/.git/HEAD`, "");
}

function assertMade(home: Home, name: string): void {
  const read = (path: string): string => readFileSync(join(home.work, name, path), "utf8");
  assert.equal(readdirSync(join(home.work, name)).sort(), [".ghost.yaml", `${name}.sh`, "docs", "picture"].sort());
  assert.is(read(`${name}.sh`), `#!/bin/sh\necho $${name} {{other}}\n`);
  assert.ok((statSync(join(home.work, name, `${name}.sh`)).mode & 0o111) !== 0, "a program stays one");
  assert.is(read(`docs/of-${name.toLowerCase()}/a.md`), `${name.toLowerCase()}: it is mine\n`);
  assert.is(read("picture"), "\0{{name}}");
}

const DESCRIPTION = ["--description", "it is mine"];

test("a folder is a template: placeholders in names and texts, all else as it is", async () => {
  await using home = makeHome();
  writeTemplate(home, "mine");
  await home.ok(["create", "Shop", "--template", "./mine", ...DESCRIPTION]);
  assertMade(home, "Shop");
});

test("a folder in templates/ of the home is a template by its name, is listed, and goes before a built-in one", async () => {
  await using home = makeHome();
  writeTemplate(home, "mine");
  await run(["mkdir", "-p", join(home.dir, "templates")]);
  for (const name of ["basic", "own"]) await run(["cp", "-R", join(home.work, "mine"), join(home.dir, "templates", name)]);
  const list = (await home.ok(["create", "--list", "--json"])).json<{ name: string; about: string; origin: string }[]>();
  assert.equal(
    list.filter(({ about }) => about === "Mine").map(({ name, origin }) => [name, origin]),
    ["basic", "own"].map((name) => [name, join(home.dir, "templates", name)]),
  );
  assert.is(list.filter(({ name }) => name === "basic").length, 1);
  await home.ok(["create", "Shop", "--template", "own", ...DESCRIPTION]);
  assertMade(home, "Shop");
});

test("a template of the home that cannot be used is not listed, and it is told why", async () => {
  await using home = makeHome();
  mkdirSync(join(home.dir, "templates/linked"), { recursive: true });
  symlinkSync("/etc/passwd", join(home.dir, "templates/linked/passwd"));
  const { stdout, stderr } = await home.ok(["create", "--list"]);
  assert.not.match(stdout, "linked");
  assert.match(stderr, /^warning: cannot use the template \S+\/templates\/linked: passwd is neither a file nor a folder\n$/);
});

for (const [what, flags, file] of [
  ["gzip", "-czf", "mine.tar.gz"],
  ["plain tar", "-cf", "mine.tar"],
  ["pax headers", "--format=pax -czf", "mine.tgz"],
] as const) {
  test.unless(needs("tar"), `an archive is a template: ${what}, with or without a folder around it`, async () => {
    await using home = makeHome();
    writeTemplate(home, "mine");
    const long = `${"long-".repeat(30)}name`;
    home.write(`mine/docs/${long}`, "");
    for (const [name, args] of [
      ["Around", ["mine"]],
      ["Within", ["-C", "mine", "."]],
    ] as const) {
      const packed = await run(["tar", ...flags.split(" "), file, ...args], { cwd: home.work });
      assert.is(packed.code, 0, packed.stderr);
      await home.ok(["create", name, "--template", file, ...DESCRIPTION]);
      assert.ok(existsSync(join(home.work, name, "docs", long)));
      assertMade(home, name);
    }
  });
}

const REFUSED: readonly (readonly [string, readonly Entry[], RegExp])[] = [
  ["a path that leads out", [{ path: "mine/../../out", text: "x" }], /leads out of it/],
  ["an absolute path", [{ path: "/tmp/out", text: "x" }], /leads out of it/],
  ["a link", [{ path: "mine/link", type: "2", link: "/etc/passwd" }], /is a link or a device/],
  ["a hard link", [{ path: "mine/link", type: "1", link: "../out" }], /is a link or a device/],
  ["a device", [{ path: "mine/null", type: "3" }], /is a link or a device/],
  ["a size that is a lie", [{ path: "mine/a", text: "x", size: 10_000_000 }], /ends in the middle of a file/],
  ["more than there may be", [{ path: "mine/a", text: "\0".repeat(40 * 1024 * 1024) }], /more than 32 MiB/],
  ["too many files", Array.from({ length: 2_001 }, (_, index) => ({ path: `mine/${index}`, text: "" })), /more than 2000 files/],
];

for (const [what, entries, said] of REFUSED) {
  test(`an archive with ${what} is refused, and nothing is written`, async () => {
    await using home = makeHome();
    writeFileSync(join(home.work, "bad.tar.gz"), gzipSync(tarOf(entries)));
    const { code, stderr } = await home.ghost(["create", "shop", "--template", "bad.tar.gz"]);
    assert.ok(code === 1 || code === 2, `${code} ${stderr}`);
    assert.match(stderr, said);
    assert.equal([readdirSync(home.work), existsSync(join(home.dir, "ghosts"))], [["bad.tar.gz"], false]);
  });
}

test("what is no archive is told so", async () => {
  await using home = makeHome();
  home.write("bad.tar.gz", "hello ".repeat(200));
  const { code, stderr } = await home.ghost(["create", "shop", "--template", "bad.tar.gz"]);
  assert.is(code, 1);
  assert.match(stderr, /it is no tar archive/);
  assert.is((await home.ghost(["create", "shop", "--template", "./none"])).code, 3);
  assert.is((await home.ghost(["create", "shop", "--template", "none.tar.gz"])).code, 3);
});

test("what makes no app is no template: an empty folder or archive, one without .ghost.yaml, bytes that are none", async () => {
  await using home = makeHome();
  for (const folder of ["empty", "other", "deep/mine"]) mkdirSync(join(home.work, folder), { recursive: true });
  home.write("other/app.ts", "");
  home.write("deep/mine/.ghost.yaml", "");
  home.write("short.tar.gz", "nix\n");
  home.write("nothing.tgz", "");
  writeFileSync(join(home.work, "hollow.tar.gz"), gzipSync(tarOf([])));
  const before = readdirSync(home.work);
  for (const [template, said] of [
    ["./empty", /cannot use the template \S+\/empty: there is nothing in it/],
    ["hollow.tar.gz", /there is nothing in it/],
    ["./other", /it has no \.ghost\.yaml/],
    ["./deep", /it has no \.ghost\.yaml\n.*there is one in mine of it/],
    ["short.tar.gz", /it is no tar archive/],
    ["nothing.tgz", /it is no tar archive/],
  ] as const) {
    const { code, stderr } = await home.ghost(["create", "shop", "--template", template]);
    assert.ok(code === 1 || code === 2, `${code} ${stderr}`);
    assert.match(stderr, said);
    assert.equal([readdirSync(home.work), existsSync(join(home.dir, "ghosts"))], [before, false]);
  }
});

test("a folder with a link in it is refused", async () => {
  await using home = makeHome();
  writeTemplate(home, "mine");
  symlinkSync("/etc/passwd", join(home.work, "mine/passwd"));
  const { code, stderr } = await home.ghost(["create", "shop", "--template", "./mine"]);
  assert.is(code, 2);
  assert.match(stderr, /passwd is neither a file nor a folder/);
});

test("a .template.json that is wrong is told, and two files that would become one", async () => {
  await using home = makeHome();
  home.write("one/.template.json", '{ "sdk": "cobol" }');
  const wrong = await home.ghost(["create", "shop", "--template", "./one"]);
  assert.is(wrong.code, 2);
  assert.match(wrong.stderr, /`sdk` is typescript, python or none/);
  for (const name of ["{{name}}", "shop", ".ghost.yaml"]) home.write(`two/${name}`, "");
  assert.match((await home.ghost(["create", "shop", "--template", "./two"])).stderr, /it has shop twice/);
});

test("what cannot be read is told", async () => {
  await using home = makeHome();
  home.write("mine/.ghost.yaml", "");
  chmodSync(home.write("mine/secret", "x"), 0o000);
  const { code } = await home.ghost(["create", "shop", "--template", "./mine"]);
  assert.is(code, process.getuid?.() === 0 ? 0 : 1);
});

test.run();
