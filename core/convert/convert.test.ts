import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseProcessesFiles } from "../config/processes-file.ts";
import { type Conversion, convert } from "./convert.ts";
import type { ImportKind } from "./recognise.ts";

function made(kind: ImportKind, text: string, name = "file"): Conversion {
  const surroundings = { target: "/w", environment: {}, dotenv: {}, isFile: () => false };
  return convert(kind, [{ path: `/w/${name}`, text }], "/w/processes.yaml", null, surroundings);
}

test("what Ghost refuses becomes a comment, and the rest stays", () => {
  const apps = [
    {
      name: "a",
      script: "a.js",
      instances: 5000,
      uid: "no such:name",
      env: { GOOD: "1", "BAD NAME": "x", BELL: "\u0007" },
      kill_timeout: "soon",
    },
  ];
  const { manifest, notes, text } = made("pm2", JSON.stringify({ apps }));
  assert.equal(Object.keys(manifest.processes[0]?.environment ?? {}), ["GOOD"]);
  assert.equal([manifest.processes[0]?.instances, manifest.processes[0]?.user], [1, null]);
  for (const lost of ["instances", "user", "environment.BAD NAME", "environment.BELL"])
    assert.ok(
      notes.some((note) => note.text.startsWith(`${lost} was left out`)),
      lost,
    );
  assert.ok(parseProcessesFiles([{ path: "/w/p.yaml", text }], { environment: {} }).manifest);
});

test("a process without a program is left out, with all that depends on it mended", () => {
  const { manifest, text } = made("procfile", 'release: "\nweb: node a.js\n');
  assert.equal(
    manifest.processes.map(({ name, dependsOn }) => [name, dependsOn.length]),
    [["web", 0]],
  );
  assert.match(text, /# process release was left out/);
});

test("names that are no names get one, each its own", () => {
  const { manifest, text } = made(
    "pm2",
    JSON.stringify({ apps: ["a b", "a/b", "all", "a-b", ""].map((name) => ({ name, script: "x.js" })) }),
  );
  const names = manifest.processes.map(({ name }) => name);
  assert.is(new Set(names).size, 5);
  assert.equal(names.slice(0, 2), ["a-b", "a-b-2"]);
  assert.match(text, /# called a b there/);
});

test("nothing that a hostile file says leaves its comment or its value", () => {
  const evil = "x\n- name: evil\n  command: rm -rf /\r\u2028- name: evil2\n";
  for (const { manifest } of [
    made("pm2", JSON.stringify({ apps: [{ name: "a", script: "a.js", [evil]: evil, env: { A: evil }, deploy: evil }] })),
    made("compose", JSON.stringify({ services: { a: { image: "i", command: [evil], labels: { [evil]: evil }, nonsense: evil } } })),
    made("supervisord", `[program:a]\ncommand=a\nserverurl=- name: evil\n`),
  ]) {
    assert.not.ok(manifest.processes.some(({ name }) => name.startsWith("evil")));
    assert.ok(manifest.processes.some(({ name }) => name === "a"));
  }
});

test("dollars and braces arrive as they were", () => {
  const values = [
    "$",
    "$$",
    "${X}",
    "$${X}",
    "a${",
    "}{",
    "$(x)",
    "`x`",
    "%",
    "a'b\"c\\d",
    "# no comment",
    "yes",
    "010",
    "1e3",
    "~",
    "null",
    " lead",
    "tab\tin",
  ];
  const { manifest } = made(
    "pm2",
    JSON.stringify({
      apps: [{ name: "a", script: "/bin/a", args: values, env: Object.fromEntries(values.map((value, index) => [`V${index}`, value])) }],
    }),
  );
  assert.equal(manifest.processes[0]?.args, values);
  assert.equal(Object.values(manifest.processes[0]?.environment ?? {}), values);
});

test.run();
