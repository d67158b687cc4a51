import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { withShortPrivates } from "../../runtime/sdk/short-privates.ts";
import { ROOT, run } from "../rig/ghost.ts";
import { test } from "../rig/test.ts";
import { makeApp } from "./app-rig.ts";

const CLASS = `
/** this.count stays in words. */
export class Counter {
  private readonly options: Options;
  private count = 0;
  private end = 0;
  constructor(options: Options) {
    this.options = { ...options };
  }
  add(by: Added): void {
    const { count, options: given } = this;
    this.count = count + given.step;
    by.end(this.count, this.end);
  }
}
`;

test("what a class keeps to itself has one letter in ghost-sdk, what others may mean keeps its name", () => {
  const text = withShortPrivates("counter.ts", CLASS);
  assert.match(text, /private t = 0;\n {2}private end = 0;/);
  assert.match(text, "private readonly e: Options;");
  assert.match(text, "this.e = { ...options };");
  assert.match(text, "const { t: count, e: given } = this;");
  assert.match(text, "this.t = count + given.step;");
  assert.match(text, "by.end(this.t, this.end);");
});

test("a class that apps extend, or that extends another, keeps its names", () => {
  assert.is(withShortPrivates("runtime/sdk/app.ts", CLASS), CLASS);
  const heir = CLASS.replace("class Counter", "class Counter extends Base");
  assert.is(withShortPrivates("counter.ts", heir), heir);
});

test("the sources of ghost-sdk are as right with the short names as without", async () => {
  using app = makeApp();
  const sources = join(app.dir, "sources");
  for (const top of ["core", "runtime"])
    for (const file of readdirSync(join(ROOT, top), { recursive: true, encoding: "utf8" }))
      if (isSource(file)) shorten(join(top, file), sources);
  symlinkSync(join(ROOT, "node_modules"), join(sources, "node_modules"));
  const compilerOptions = {
    noEmit: true,
    composite: false,
    incremental: false,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
  const files = ["sources/runtime/sdk/index.ts", "sources/runtime/sdk/testing/index.ts"];
  app.write("tsconfig.json", JSON.stringify({ extends: join(ROOT, "tsconfig.base.json"), compilerOptions, files }));
  const { code, stdout } = await run([join(ROOT, "node_modules/.bin/tsc"), "-p", app.dir]);
  assert.is(stdout, "");
  assert.is(code, 0);
});

function isSource(file: string): boolean {
  return file.endsWith(".ts") && !file.endsWith(".test.ts");
}

function shorten(file: string, to: string): void {
  mkdirSync(dirname(join(to, file)), { recursive: true });
  writeFileSync(join(to, file), withShortPrivates(file, readFileSync(join(ROOT, file), "utf8")));
}

test.run();
