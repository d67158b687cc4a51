import { test } from "uvu";
import * as assert from "uvu/assert";
import { NODE_DEFAULT } from "./node-configuration.ts";
import { parseNodeFile } from "./node-file.ts";

function parse(text: string): ReturnType<typeof parseNodeFile> {
  return parseNodeFile("/home/.ghost.yaml", text, { INTERVAL: "2s" });
}

test("an empty file is all defaults", () => {
  for (const text of ["", "\n# nothing\n", "---\n"]) assert.equal(parse(text), { configuration: NODE_DEFAULT, diagnostics: [] });
  assert.equal(NODE_DEFAULT.monitoring, { enabled: true, intervalMs: 5000 });
});

test("monitoring and system are read", () => {
  const { configuration } = parse('system:\n  id: my-app\n  mode: local\nmonitoring:\n  enabled: false\n  interval: "00:00:10"\n');
  assert.equal(configuration, { id: "my-app", mode: "local", monitoring: { enabled: false, intervalMs: 10_000 }, http: null, on: {} });
  assert.is(parse("monitoring:\n  interval: ${INTERVAL}").configuration?.monitoring.intervalMs, 2000);
});

const BAD: [string, RegExp][] = [
  ["storage: { redis: { enabled: false } }", /storage in the file: it is not supported by this version/],
  ["system: { mode: distributed }", /distributed mode is not supported/],
  ["system: { mode: remote }", /must be local or distributed/],
  ["monitoring: { interval: 5 }", /"5" as monitoring.interval: a duration needs a unit/],
  ["monitoring: { interval: 1ms }", /shorter than 100ms/],
  ["monitoring: { enabled: 1 }", /"1" as monitoring.enabled: it must be true or false/],
  ["monitorng: {}", /no such key/],
  ["- a", /a list as the file/],
  ["monitoring: [", /cannot read this as YAML/],
  ["monitoring: { interval: ${INTERVAL} }", /inside { } and \[ \] a variable/],
];
for (const [text, message] of BAD) {
  test(`${text} is an error`, () => {
    const { configuration, diagnostics } = parse(text);
    assert.is(configuration, null);
    assert.match(diagnostics[0]?.message ?? "", message);
  });
}

test.run();
