// timeout: 120s
/**
 * The chapter "Apps" of the README, tried: each ts sample is run for real, each yaml sample read, each command of an sh sample looked for. What a sample
 * needs besides itself stands above it in a comment that readers do not see:
 *
 *   <!-- sample HOW [FILE]       how it is run (below), and the name under which other samples may import it
 *   lines before it
 *   ---
 *   lines after it
 *   -->
 *
 * - `app ARGS…`: a whole app, run under Bun beside a real hub until it ends with 0
 * - `class`: a module of one; the lines after it are a program of their own, which is run the same way
 * - `hub`: statements of an app, beside a real hub
 * - `test`: a file of tests, run by `bun test`
 * - `walk`, of sh: all its lines, one after the other, in a home of their own; `ghost run` is interrupted as soon as it has said something
 * - `granted`: statements of an app that may use the orchestrator, run by Ghost itself in a home with a daemon
 */
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parseAppFile } from "../../core/config/app-file.ts";
import { type Server, startHub } from "../bus/servers.ts";
import { ghost, type Outcome, ROOT, run } from "../rig/ghost.ts";
import { test } from "../rig/test.ts";
import { type AppFolder, makeApp } from "../sdk/app-rig.ts";
import { conduct } from "../sdk/conduct.ts";
import { type Sample, samplesOf } from "./samples.ts";
import { walk } from "./walk.ts";

test.limit(60_000);
const samples = samplesOf(readFileSync(join(ROOT, "README.md"), "utf8"), "Apps");
const ofLanguage = (language: string) => samples.filter((sample) => sample.language === language);
const titleOf = ({ heading, line }: Sample) => `README.md:${line} (${heading})`;
const fileOf = ({ words, line }: Sample) => words.find((word) => word.endsWith(".ts")) ?? `sample-${line}.ts`;

const IMPORTS = 'import assert from "node:assert/strict";\nimport { G, Ghost, GhostApp, GhostError } from "ghost-sdk";\n';

/** The program that a sample is part of. */
function programOf({ words, code, before, after }: Sample): string {
  if (words[0] === "app" || words[0] === "class" || words[0] === "test") return `${before}${code}\n`;
  // What a sample declares twice over is its own; what it lacks is there.
  const imports = code.includes('from "ghost-sdk"') ? "" : IMPORTS;
  return `${imports}${before}\n${code}\n${after}\nawait Ghost.close();\nprocess.exit(0);\n`;
}

let folder: AppFolder;
let server: Server;

test.before(async () => {
  folder = makeApp();
  symlinkSync(join(ROOT, "node_modules/@types"), join(folder.dir, "node_modules/@types"));
  for (const sample of ofLanguage("ts")) {
    folder.write(fileOf(sample), programOf(sample));
    if (sample.words[0] === "class") folder.write(`main-${fileOf(sample)}`, sample.after);
  }
  server = await startHub();
});
test.after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function bun(...args: string[]): Promise<Outcome> {
  const env = { ...folder.env, GHOST_HUB: server.path, GHOST_NAME: "readme", GHOST_LOG_FORMAT: "json" };
  return run([process.execPath, ...args], { cwd: folder.dir, env });
}

for (const sample of ofLanguage("ts")) {
  const [how = "hub", ...words] = sample.words;
  if (how === "granted" || how === "later") continue;
  test(`${titleOf(sample)}: the ${how} sample does what it says`, async () => {
    const args = words.filter((word) => !word.endsWith(".ts"));
    const file = fileOf(sample);
    const { code, stdout, stderr } = await bun(
      ...(how === "test" ? ["test", `./${file}`] : [how === "class" ? `main-${file}` : file, ...args]),
    );
    assert.is(code, 0, `${stdout}${stderr}`);
    if (how === "test") assert.match(stderr, new RegExp(`^ ${sample.code.match(/^test\(/gm)?.length} pass$`, "m"));
  });
}

test("the samples have the types that they use", () => {
  const options = {
    target: "es2022",
    lib: ["es2023", "esnext.disposable", "dom"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    noImplicitOverride: true,
  };
  folder.write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        ...options,
        skipLibCheck: true,
        types: ["node"],
        allowImportingTsExtensions: true,
        moduleDetection: "force",
        preserveSymlinks: true,
      },
      include: ["*.ts"],
    }),
  );
  const { status, stdout } = spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder.dir], { encoding: "utf8" });
  assert.is(status, 0, stdout);
});

for (const sample of ofLanguage("sh")) {
  for (const [command, flags] of commandsOf(sample.code)) {
    test(`${titleOf(sample)}: there is ghost ${command}${flags.map((flag) => ` ${flag}`).join("")}`, async () => {
      const { code, stdout, stderr } = await ghost([...command.split(" "), "--help"]);
      assert.is(code, 0, stderr);
      for (const flag of flags) assert.match(stdout, new RegExp(`(^|[\\s,])${flag}\\b`, "m"));
    });
  }
}

/** `ghost saga show order 7 --json` as its verb and its flags; flags behind ` -- ` are the program's. */
function commandsOf(code: string): [command: string, flags: string[]][] {
  const calls = code.split(/[\n;|]|&&/).map((line) => line.replace(/\s#.*/, "").trim());
  return calls.flatMap((call) => {
    const [program, verb, ...rest] = (call.split(" -- ")[0] as string).split(/\s+/);
    return program === "ghost" && verb
      ? [[verb, rest.filter((word) => /^--?[a-z]/.test(word)).map((flag) => flag.replace(/=.*/, ""))]]
      : [];
  });
}

for (const sample of ofLanguage("ts").filter(({ words }) => words[0] === "granted"))
  test(`${titleOf(sample)}: an app that is granted it does what it says`, async () => void (await conduct(programOf(sample))));

for (const sample of ofLanguage("sh").filter(({ words }) => words[0] === "walk"))
  test(`${titleOf(sample)}: its lines do what they say, one after the other`, () => walk(sample.code));

for (const sample of ofLanguage("yaml")) {
  test(`${titleOf(sample)}: the file is one`, () => {
    const { app, diagnostics } = parseAppFile({ path: "/readme/.ghost.yaml", text: sample.code }, { environment: {} });
    assert.equal(diagnostics, []);
    assert.ok(app);
  });
}

test.run();
