import { test } from "uvu";
import * as assert from "uvu/assert";
import { NODE_DEFAULT } from "./node-configuration.ts";
import { parseNodeFile } from "./node-file.ts";
import { nodeFileSchema } from "./node-keys.ts";

function parse(text: string): ReturnType<typeof parseNodeFile> {
  return parseNodeFile("/home/.ghost.yaml", text, { INTERVAL: "2s", HOME: "/root", PASSWORD: "hush-hush" });
}

test("an empty file is all defaults", () => {
  for (const text of ["", "\n# nothing\n", "---\n"]) assert.equal(parse(text), { configuration: NODE_DEFAULT, diagnostics: [] });
  assert.equal(NODE_DEFAULT.monitoring, { enabled: true, intervalMs: 5000 });
});

test("monitoring and system are read", () => {
  const { configuration } = parse('system:\n  id: my-app\n  mode: local\nmonitoring:\n  enabled: false\n  interval: "00:00:10"\n');
  assert.equal(configuration, { ...NODE_DEFAULT, id: "my-app", monitoring: { enabled: false, intervalMs: 10_000 } });
  assert.is(parse("monitoring:\n  interval: ${INTERVAL}").configuration?.monitoring.intervalMs, 2000);
});

test("an address with a token, and hooks for all processes", () => {
  const { configuration } = parse("http: { listen: 127.0.0.1:9300, token_file: data/token }\non: { failed: ./notify.sh }");
  assert.equal(configuration?.http, { listen: { host: "127.0.0.1", port: 9300 }, tokenFile: "/home/data/token" });
  assert.equal(configuration?.on, { failed: "./notify.sh" });
  assert.equal(parse("http: { listen: 9300, token_file: /t }").configuration?.http?.listen, { host: "127.0.0.1", port: 9300 });
  assert.equal(parse("http: { listen: '[::1]:9300', token_file: /t }").configuration?.http?.listen, { host: "::1", port: 9300 });
});

test("the hub has a door, too", () => {
  const { configuration } = parse("hub: { listen: 6379, token_file: ~/token }");
  assert.equal(configuration?.hub, { listen: { host: "127.0.0.1", port: 6379 }, tokenFile: "/root/token" });
});

test("data is on this machine, neither cached nor encrypted, and tried again, unless the file says otherwise", () => {
  assert.equal(parse("system: { id: a }").configuration?.data, {
    storage: { sqlite: { enabled: true } },
    cache: null,
    encryption: null,
    resilience: { retryCount: 3, retryDelayMs: 100, circuitBreakerThreshold: 5, circuitBreakerDurationMs: 30_000, timeoutMs: 30_000 },
  });
});

test("the file of the reference, and its forms of connections, are valid", () => {
  const connections = [
    ["localhost:6379", "Host=localhost;Database=ghost;"],
    ["localhost", "Server=db;Port=5432;User Id=me;Password=${PASSWORD};Database=ghost"],
    ["redis://:${PASSWORD}@localhost:6379/0", "postgresql://me@localhost/ghost"],
    ["localhost:6379,password=${PASSWORD},ssl=true", "postgres://localhost/ghost?sslmode=require"],
  ];
  for (const [redis, postgres] of connections) {
    const text = `storage:\n  redis:\n    enabled: false\n    connection: "${redis}"\n  postgres:\n    enabled: false\n    connection: "${postgres}"\n`;
    const { configuration, diagnostics } = parse(text);
    assert.equal(diagnostics, []);
    assert.equal(configuration?.data.storage, { sqlite: { enabled: true } });
  }
  assert.equal(parse("storage: { sqlite: { enabled: false } }").configuration?.data.storage, { sqlite: { enabled: false } });
});

test("a section that is there is in use, unless it says otherwise", () => {
  const data = (text: string) => parse(text).configuration?.data;
  assert.equal(data("cache: {}")?.cache, { defaultExpirationMs: 30_000, maxEntries: 10_000 });
  assert.equal(data("cache: { default_expiration: 1m, max_entries: 5 }")?.cache, { defaultExpirationMs: 60_000, maxEntries: 5 });
  assert.is(data("cache: { enabled: false, max_entries: 5 }")?.cache, null);
  assert.equal(data("encryption: { key_env: DATA_KEY }")?.encryption, { keyEnv: "DATA_KEY" });
  assert.equal(data("encryption: { enabled: true, key_file: data/key }")?.encryption, { keyFile: "/home/data/key" });
  assert.is(data("encryption: { enabled: false }")?.encryption, null);
  assert.equal(
    data("resilience: { retry_count: 0, retry_delay: 1s, circuit_breaker_threshold: 2, circuit_breaker_duration: 5s, timeout: 2s }")
      ?.resilience,
    {
      retryCount: 0,
      retryDelayMs: 1000,
      circuitBreakerThreshold: 2,
      circuitBreakerDurationMs: 5000,
      timeoutMs: 2000,
    },
  );
});

test("a key in the place of a variable's name is not shown", () => {
  for (const key of ["q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=", "abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd"]) {
    const [diagnostic] = parse(`encryption: { key_env: "${key}" }`).diagnostics;
    assert.match(diagnostic?.message ?? "", /cannot use what is given as encryption.key_env/);
    assert.not.match(JSON.stringify(diagnostic), new RegExp(key.slice(0, 8)));
  }
});

test("diagnostics say where", () => {
  const [diagnostic] = parse("cache:\n  max_entries: 0\n").diagnostics;
  assert.equal([diagnostic?.file, diagnostic?.line, diagnostic?.column], ["/home/.ghost.yaml", 2, 16]);
});

test("the schema has exactly the keys that the parser accepts", () => {
  const { properties } = nodeFileSchema() as { properties: Record<string, { properties: object; additionalProperties: boolean }> };
  assert.equal(Object.keys(properties).sort(), [
    "cache",
    "encryption",
    "http",
    "hub",
    "monitoring",
    "on",
    "resilience",
    "storage",
    "system",
  ]);
  for (const part of Object.values(properties)) assert.is(part.additionalProperties, false);
  assert.equal(JSON.parse(JSON.stringify(nodeFileSchema())), nodeFileSchema());
});

const BAD: [string, RegExp][] = [
  ["storage: { redis: { enabled: true } }", /"true" as storage.redis.enabled: the distributed mode is not supported/],
  [
    "storage: { postgres: { enabled: true, connection: localhost } }",
    /"localhost" as storage.postgres.connection: it is no connection string/,
  ],
  ["storage: { redis: { connection: 'localhost:6379;' } }", /it is no connection string/],
  ["storage: { sqlite: { connection: x.db } }", /connection in storage.sqlite: it is not supported by this version/],
  ["storage: { memory: true }", /cannot use memory in storage/],
  ["storage: sqlite", /must be a map/],
  ["cache: { ttl: 5s }", /cannot use ttl in cache: there is no such key/],
  ["cache: { default_expiration: 5 }", /a duration needs a unit/],
  ["cache: { default_expiration: 0s }", /it is no time at all/],
  ["cache: { max_entries: 1.5 }", /must be a whole number/],
  ["encryption: {}", /it has no key/],
  ["encryption: { enabled: true }", /it has no key/],
  ["encryption: { key_env: A, key_file: b }", /it has both key_env and key_file/],
  ["encryption: { key: abc }", /cannot use key in encryption/],
  ["resilience: { retry_count: -1 }", /must be from 0 to 20/],
  ["resilience: { circuit_breaker_threshold: 0 }", /must be from 1 to 1000/],
  ["resilience: { retries: 3 }", /cannot use retries in resilience/],
  ["hub: { listen: 6379 }", /hub: it has no token_file/],
  ["hub: { listen: 0.0.0.0:6379, token_file: t }", /not an address of this machine alone/],
  ["hub: { listen: 6379, token_file: t, password: x }", /cannot use password in hub/],
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

const MISSPELT: [string, RegExp, string][] = [
  ["hub: { listn: 6379, token_file: t }", /cannot use listn in hub: there is no such key/, "did you mean listen?"],
  ["http: { listen: 9300, tokenfile: t }", /cannot use tokenfile in http: there is no such key/, "did you mean token_file?"],
  ["encryption: { key_fil: k }", /cannot use key_fil in encryption: there is no such key/, "did you mean key_file?"],
];
for (const [text, message, hint] of MISSPELT) {
  test(`${text} is one error, and not one more for the key that is missing therefore`, () => {
    const { configuration, diagnostics } = parse(text);
    assert.is(configuration, null);
    assert.is(diagnostics.length, 1);
    assert.match(diagnostics[0]?.message ?? "", message);
    assert.is(diagnostics[0]?.hint, hint);
  });
}

test.run();
