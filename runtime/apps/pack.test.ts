import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { packBuiltIn, unpackBuiltIn } from "./pack.ts";

const FILES: Readonly<Record<string, string>> = {
  "shared/types/index.d.ts": "declare const shared: 1;\n",
  "plain/.ghost.yaml": "entry: app.ts\n",
  "plain/.template.json": '{ "sdk": "typescript" }',
  "more/.ghost.yaml": "entry: app.ts\n",
  "more/.template.json": '{ "sdk": "typescript" }',
  "more/types/index.d.ts": "declare const own: 1;\n",
  "more/zoo.ts": "",
  "python/.ghost.yaml": "entry: app.py\n",
  "python/.template.json": '{ "sdk": "python" }',
};

test("what templates share is in each of TypeScript, in front of what that has under the same name, and no template itself", () => {
  const folder = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? tmpdir(), "gt-"));
  try {
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const templates = unpackBuiltIn(packBuiltIn(folder));
    assert.equal(
      templates.map(({ name, files }) => [name, files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])]),
      [
        [
          "more",
          [
            [".ghost.yaml", "entry: app.ts\n"],
            ["types/index.d.ts", "declare const shared: 1;\n\ndeclare const own: 1;\n"],
            ["zoo.ts", ""],
          ],
        ],
        [
          "plain",
          [
            [".ghost.yaml", "entry: app.ts\n"],
            ["types/index.d.ts", "declare const shared: 1;\n"],
          ],
        ],
        ["python", [[".ghost.yaml", "entry: app.py\n"]]],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
