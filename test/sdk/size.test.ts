import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ROOT, run } from "../rig/ghost.ts";
import { test } from "../rig/test.ts";
import { makeApp } from "./app-rig.ts";

/** What an app loads to have Ghost, minified and gzipped, in bytes. What it loads later, with the first call that needs it, is in `parts`. */
const INDEX_BYTES_MAX = 12 * 1024;

test("ghost-sdk is one file of at most 12 KB gzipped, and needs no other package", async () => {
  const text = readFileSync(join(ROOT, "dist/sdk/index.js"), "utf8");
  // The program's own compressor: Bun's gives 1 % more.
  const bytes = Number((await run(["sh", "-c", "gzip -9 | wc -c"], { input: text })).stdout);
  assert.ok(bytes <= INDEX_BYTES_MAX, `${bytes} bytes`);
  const imports = [...text.matchAll(/\}from"([^"]+)"/g)].map(([, from]) => from);
  assert.equal(
    imports.filter((from) => !from?.startsWith("node:")),
    [],
  );
});

const TYPED = `
import { G, Ghost, GhostApp, type GhostError } from "ghost-sdk";
class Typed extends GhostApp {
  override isService = true;
  override tickInterval = "5s" as const;
  override async run(args: string[]): Promise<void> {
    G.info("hello", { args, aborted: this.signal.aborted });
    for await (const { data } of Ghost.bus.subscribe<{ id: number }>("orders")) await Ghost.data.set(\`order:\${data.id.toFixed()}\`, data, { expiry: "10m" });
    await using transaction = await Ghost.data.beginTransaction();
    await transaction.commit();
    const mode: string = Ghost.config.core.mode;
    Ghost.health.check("mode", () => mode !== "");
  }
  override onError(error: unknown): void {
    G.error((error as GhostError).code);
  }
}
const code: number = await Ghost.run(Typed);
// @ts-expect-error: a bare number is no duration
await Ghost.data.set("a", 1, { expiry: 10 });
export { code };
`;

test("its types hold in an app that knows the types of no runtime, and checks libraries", async () => {
  using app = makeApp();
  app.write("app.ts", TYPED);
  const compilerOptions = {
    strict: true,
    module: "nodenext",
    target: "es2022",
    types: [],
    skipLibCheck: false,
    noEmit: true,
    noImplicitOverride: true,
  };
  app.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["app.ts"] }));
  const { code, stdout } = await run([join(ROOT, "node_modules/.bin/tsc"), "-p", app.dir]);
  assert.is(stdout, "");
  assert.is(code, 0);
});

test.run();
