import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../rig/ghost.ts";

/** What every command pays for is the part that `cli/main.ts` imports at its top, in bytes of bundled code. */
const START_BYTES_MAX = 60_000;

test("what is evaluated at every start is small, and no command, no daemon and no package of weight is in it", async () => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["cli/main.ts"],
    outdir: "unused",
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  const [main] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === "cli/main.ts") ?? [];
  const atStart = new Set<string>();
  const visit = (name: string) => {
    if (atStart.has(name)) return;
    atStart.add(name);
    for (const { path, kind } of metafile.outputs[name]?.imports ?? []) if (kind === "import-statement") visit(path);
  };
  visit(main as string);
  const inputs = [...atStart].flatMap((name) => Object.keys(metafile.outputs[name]?.inputs ?? {}));
  const packages = [...atStart].filter((name) => !metafile.outputs[name] && !name.startsWith("node:"));
  assert.equal(
    inputs.filter((path) => /^(cli\/commands|runtime\/(daemon|supervisor|storage|logs|process))\//.test(path)),
    [],
  );
  assert.equal(packages, []);
  const bytes = [...atStart].reduce((sum, name) => sum + (metafile.outputs[name]?.bytes ?? 0), 0);
  assert.ok(bytes <= START_BYTES_MAX, `${bytes} bytes: ${inputs.join(", ")}`);
});

test.run();
