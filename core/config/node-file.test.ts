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

test("an address with a token, and hooks for all processes", () => {
  const { configuration } = parse("http: { listen: 127.0.0.1:9300, token_file: data/token }\non: { failed: ./notify.sh }");
  assert.equal(configuration?.http, { listen: { host: "127.0.0.1", port: 9300 }, tokenFile: "/home/data/token" });
  assert.equal(configuration?.on, { failed: "./notify.sh" });
  assert.equal(parse("http: { listen: 9300, token_file: /t }").configuration?.http?.listen, { host: "127.0.0.1", port: 9300 });
  assert.equal(parse("http: { listen: '[::1]:9300', token_file: /t }").configuration?.http?.listen, { host: "::1", port: 9300 });
});

const BAD: [string, RegExp][] = [
  ["storage: { redis: { enabled: false } }", /storage in the file: it is not supported by this version/],
  ["system: { mode: distributed }", /distributed mode is not supported/],
  ["system: { mode: remote }", /must be local or distributed/],
  ["monitoring: { interval: 5 }", /"5" as monitoring.interval: a duration needs a unit/],
  ["monitoring: { interval: 1ms }", /shorter than 100ms/],
  ["monitoring: { enabled: 1 }", /"1" as monitoring.enabled: it must be true or false/],
  ["http: { listen: 0.0.0.0:9300, token_file: t }", /"0.0.0.0:9300" as http.listen: it is not an address of this machine alone/],
  ["http: { listen: 9300 }", /it has no token_file/],
  ["http: { token_file: t }", /it has no listen/],
  ["http: 9300", /"9300" as http: it must be a map/],
  ["http: { listen: 9300, token: abc }", /cannot use token in http/],
  ["on: { healthy: x }", /cannot use healthy in on/],
  ["on: { failed: 'x ${ports.web}' }", /ports are not filled in/],
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
