import { test } from "uvu";
import * as assert from "uvu/assert";
import { hashOf, readPythonStamp, readStamp, STAMP_FILE, sdkText, stampOf, withPythonStamp } from "./sdk-stamp.ts";

test("a stamp names each file, and the same files have the same build whatever their version", () => {
  const stamp = stampOf("1.2.0", { "b.js": "b", "a.js": "a", [STAMP_FILE]: "{}" });
  assert.equal(stamp.files, { "a.js": hashOf("a"), "b.js": hashOf("b") });
  assert.match(stamp.build, /^[0-9a-f]{12}$/);
  assert.is(stampOf("1.3.0", { "a.js": "a", "b.js": "b" }).build, stamp.build);
  assert.is.not(stampOf("1.2.0", { "a.js": "a", "b.js": "c" }).build, stamp.build);
  assert.equal(readStamp(JSON.stringify(stamp)), stamp);
});

test("line ends do not make a file another", () => assert.is(hashOf("a\r\nb\r\n"), hashOf("a\nb\n")));

for (const text of ["", "{", "null", "[]", '{"version":"1","build":"a"}', '{"version":1,"build":"a","files":{}}'])
  test(`${JSON.stringify(text)} is no stamp`, () => assert.is(readStamp(text), null));

test("the Python client says in its last line which it is, and shows whether it was edited", () => {
  const text = withPythonStamp("import os\n", "1.2.0");
  const { build } = readPythonStamp(text) ?? { build: "" };
  assert.is(text, `import os\n# ghost.py 1.2.0, build ${build}\n`);
  assert.equal(readPythonStamp(text), { version: "1.2.0", build, isEdited: false });
  assert.equal(readPythonStamp(text.replaceAll("\n", "\r\n")), { version: "1.2.0", build, isEdited: false });
  assert.equal(readPythonStamp(text.trimEnd()), { version: "1.2.0", build, isEdited: false });
  for (const edited of [text.replace("os", "sys"), `${text}import sys\n`])
    assert.equal(readPythonStamp(edited), { version: "1.2.0", build, isEdited: true });
});

for (const text of ["", "import os\n", "# ghost.py 1.2.0\n"])
  test(`${JSON.stringify(text)} has no stamp`, () => assert.is(readPythonStamp(text), null));

test("a version is told with its build", () => {
  assert.is(sdkText({ version: "1.2.0", build: "abc" }), "1.2.0 (build abc)");
  assert.is(sdkText(null), "an unknown version");
});

test.run();
