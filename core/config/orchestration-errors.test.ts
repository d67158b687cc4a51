import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic } from "./diagnostics.ts";
import { parseProcessesFiles } from "./processes-file.ts";

function diagnose(...texts: string[]): readonly Diagnostic[] {
  const files = texts.map((text, index) => ({ path: `/srv/shop/${index}.yaml`, text }));
  const { manifest, diagnostics } = parseProcessesFiles(files, { environment: { MY_TOKEN: "hunter2" } });
  assert.is(manifest, null, JSON.stringify(diagnostics));
  return diagnostics;
}

function expectFirst([first]: readonly Diagnostic[], place: string, message: RegExp, hint?: RegExp): void {
  assert.is(`${first?.line}:${first?.column}`, place, JSON.stringify(first));
  assert.match(first?.message ?? "", message);
  if (hint) assert.match(first?.hint ?? "", hint);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the marks of references are control characters, which no message may hold.
  assert.not.match(JSON.stringify(first), /hunter2|\\u000|[\u0001\u0002]/);
}

/** Lines of a process `api` beside a service `redis` (with a check), a one-shot `migrate` and a service `plain`, from line 7 on; the rest as in the other tables. */
const PROCESS: [string, string, RegExp, RegExp?][] = [
  ["depends_on: [rediss]", "7:18", /cannot let api depend on rediss: there is no process/, /did you mean redis\?/],
  ["depends_on: [nothing-like-it]", "7:18", /there is no process/, /declare it in this file/],
  ["depends_on: [all-of-them]", "7:18", /there is no process/, /all-of-them is a group: name its processes/],
  ["depends_on: [api]", "7:18", /cannot let api depend on itself/, /remove it/],
  ["depends_on: [redis, redis]", "7:25", /it is given twice/],
  ["depends_on: [{ redis: { condition: healthy } }]", "7:18", /it must be a name/, /need a map/],
  [
    "depends_on: { redis: healthy }",
    "7:26",
    /"healthy" as redis in depends_on of api: it must be a map/,
    /redis: \{ condition: healthy \}/,
  ],
  ["depends_on: { redis: { condition: service_healthy } }", "7:39", /must be started, healthy or completed/, /write healthy/],
  ["depends_on: { redis: { on_loss: kill } }", "7:37", /must be ignore, hold, restart or stop/],
  ["depends_on: { redis: { required: false } }", "7:28", /cannot use required in redis in depends_on/, /always required/],
  [
    "depends_on: { plain: { condition: healthy } }",
    "7:39",
    /wait until plain is healthy: it has no health_check/,
    /give plain a health_check, or write started/,
  ],
  ["depends_on: { migrate: { condition: healthy } }", "7:41", /no health_check/, /or write completed/],
  [
    "depends_on: { redis: { condition: completed } }",
    "7:39",
    /redis is completed: a service does not complete/,
    /type: oneshot`, or write healthy/,
  ],
  ["after: [redis]", "7:5", /no such key/, /depends_on/],
  ["health_check: { http: 8000 }", "7:27", /it is not a URL/, /"http:\/\/127\.0\.0\.1:8000\/"/],
  ["health_check: { http: '127.0.0.1:80/x' }", "7:27", /it is not a URL/, /"http:\/\/127\.0\.0\.1:80\/x"/],
  ["health_check: { http: /healthz }", "7:27", /it is not a URL/, /whole/],
  ["health_check: { http: 'http://a b' }", "7:27", /it is not a URL/],
  ["health_check: { http: 'http://a:99999/' }", "7:27", /at most 65535/],
  ["health_check: { http: { status: 200 } }", "7:27", /it has no url/, /add `url/],
  ["health_check: { http: { url: 'http://a', status: 99 } }", "7:54", /from 100 to 599/],
  ["health_check: { http: { url: 'http://a', headers: {} } }", "7:46", /cannot use headers/, /curl/],
  ["health_check: { http: { url: 'http://a', body: '' } }", "7:52", /it is empty/],
  ["health_check: { tcp: redis }", "7:26", /it has no port/, /redis:8000/],
  ["health_check: { tcp: 70000 }", "7:26", /from 1 to 65535/],
  ["health_check: { tcp: 'http://a:1' }", "7:26", /it is a URL|has no port/, /host:port/],
  ["health_check: { exec: '' }", "7:27", /names no program/],
  ["health_check: { exec: [CMD, curl] }", "7:28", /it is no program/, /the command alone/],
  ['health_check: { exec: "a \'b" }', "7:27", /has no partner/],
  ["health_check: { log: '' }", "7:26", /it is empty/],
  ["health_check: { heartbeat: 5 }", "7:32", /needs a unit/, /5s/],
  ["health_check: { heartbeat: 1ms }", "7:32", /shorter than 100ms/],
  ["health_check: { http: 'http://a', tcp: 1 }", "7:44", /http is given, too/, /keep one of/],
  ["health_check: { period: 1s }", "7:19", /does not say how to ask/, /add one of `http: URL`/],
  ["health_check: 8000", "7:19", /it must be a map/, /its keys are http, tcp/],
  ["health_check: { tcp: 1, interval: 1s }", "7:29", /no such key/, /write `period`/],
  ["health_check: { tcp: 1, retries: 3 }", "7:29", /no such key/, /write `failures`/],
  ["health_check: { tcp: 1, start_period: 3s }", "7:29", /no such key/, /write `start_grace`/],
  ["health_check: { test: [CMD, x] }", "7:21", /no such key/, /write `exec/],
  ["health_check: { tcp: 1, period: 1 }", "7:37", /needs a unit/],
  ["health_check: { tcp: 1, period: 1ms }", "7:37", /shorter than 10ms/],
  ["health_check: { tcp: 1, failures: 0 }", "7:39", /from 1 to/],
  ["healthcheck: {}", "7:5", /no such key/, /health_check: \{ exec/],
  ["readiness_probe: {}", "7:5", /no such key/, /start_grace/],
  ["instances: 0", "7:16", /from 1 to 1000/],
  ["instances: max", "7:16", /does not count cores/, /write a number/],
  ["numprocs: 2", "7:5", /no such key/, /write `instances: 2`/],
  ["priority: 2", "7:5", /no such key/, /depends_on/],
  ["ports: [8080]", "7:12", /it must be a map/, /web: auto/],
  ["ports: { web: 0 }", "7:19", /from 1 to 65535/],
  ["ports: { web: random }", "7:19", /must be auto or a port from 1 to 65535/],
  ["ports: { 'a.b': auto }", "7:14", /cannot use "a.b" in ports of api/],
  ["listen: 0", "7:13", /from 1 to 65535/],
  ["listen: unix", "7:13", /it has no port/],
  ["listen: { port: 80 }", "7:13", /it must be a text/],
  ["schedule: '* * *'", "7:15", /five or six fields/, /minute hour day/],
  ["schedule: '99 * * * *'", "7:15", /cannot be read/, /five fields/],
  ["schedule: '0 0 30 2 *'", "7:15", /that time never comes/],
  ["schedule: 5m", "7:15", /it is an interval/, /"\*\/5 \* \* \* \*"/],
  ["schedule: '@reboot'", "7:15", /it has no times/],
  ["schedule: { cron: '@daily', timezone: Mars/Base }", "7:43", /no such time zone/, /Europe\/Berlin/],
  ["schedule: { timezone: UTC }", "7:15", /it has no cron/],
  ["cron_restart: '@daily'", "7:5", /no such key/, /schedule/],
  ["schedule: '@daily'\ntype: service", "8:11", /a schedule runs one-shots/, /write oneshot/],
  ["schedule: '@daily'\nrestart: true", "8:14", /without end/, /on-failure/],
  ["schedule: '@daily'\ninstances: 2", "8:16", /a schedule runs one-shots/, /remove `instances`/],
  ["type: oneshot\nhealth_check: { tcp: 1 }", "8:19", /the process is a one-shot/, /type: service/],
  ["type: oneshot\nlisten: 80", "8:13", /the process is a one-shot/, /type: service/],
  ["reload: SIGHUP", "7:13", /it must be a map/, /its keys are signal/],
  ["reload: {}", "7:13", /it has no signal/, /SIGHUP/],
  ["on: ./notify.sh", "7:9", /it must be a map/, /failed, crash_loop, unhealthy, recovered/],
  ["on: { crashed: x }", "7:11", /no such key/, /failed/],
  ["on: { failed: 'curl ${MY_TOKEN}' }", "7:19", /named like a secret/, /file/],
  ["groups: [a]", "7:5", /no such key/, /at the end of the file/],
];
for (const [lines, place, message, hint] of PROCESS) {
  test(lines.replaceAll("\n", " / "), () => {
    const body = lines.split("\n").map((line) => `    ${line}`);
    const beside =
      "  redis: { executable: x, health_check: { tcp: 1 } }\n  plain: { executable: x, restart: true }\n  migrate: { executable: x }";
    const text = `processes:\n${beside}\n  api:\n    executable: x\n${body.join("\n")}\ngroups: { all-of-them: { processes: [redis] } }\n`;
    expectFirst(diagnose(text), place, message, hint);
  });
}

const TWO = "processes: { api: { executable: x }, redis: { executable: x } }\n";
const GROUPS: [string, string, RegExp, RegExp?][] = [
  ["groups: backend", "2:9", /"backend" as groups: it must be a list of groups/, /- name/],
  ["groups: [backend]", "2:10", /"backend" as group 1: it must be a map/, /processes: \[…\]/],
  ["groups: [{ processes: [api] }]", "2:10", /group 1: it has no name/],
  ["groups: [{ name: g }]", "2:10", /cannot register group g: it has no processes/, /processes: \[NAME/],
  ["groups: { g: { processes: [] } }", "2:27", /it is empty/],
  ["groups: { g: { processes: [rediss] } }", "2:28", /there is no process of this name/, /did you mean redis\?/],
  ["groups: { g: { processes: [api] }, h: { processes: [g] } }", "2:53", /no process of this name/, /g is a group/],
  ["groups: { g: { processes: [api, api] } }", "2:33", /given twice/],
  [
    "groups: { api: { processes: [api] } }",
    "2:11",
    /cannot call the group api: a process is called so \(\/srv\/shop\/0\.yaml:1\)/,
    /another name/,
  ],
  ["groups: { all: { processes: [api] } }", "2:11", /reserved/],
  ["groups: { g: { processes: [api], startup: serial } }", "2:43", /dependency, sequential or parallel/, /write sequential/],
  ["groups: { g: { processes: [api], order: x } }", "2:34", /no such key/, /write `startup`/],
  ["groups: [{ name: g, processes: api }, { name: g, processes: api }]", "2:47", /the name g twice/],
];
for (const [text, place, message, hint] of GROUPS) {
  test(text, () => expectFirst(diagnose(TWO + text), place, message, hint));
}

const CLASHES: [string, string, RegExp][] = [
  [
    "a: { executable: x, listen: 80 }, b: { executable: x, listen: 80 }",
    "error",
    /cannot listen on port 80 for b: a has that listener \(\/srv\/shop\/0.yaml:1\)/,
  ],
  ["a: { executable: x, listen: 127.0.0.1:80 }, b: { executable: x, listen: '*:80' }", "error", /cannot listen on port 80 for b/],
  ["a: { executable: x, ports: { web: 80 }, instances: 2 }", "warning", /all 2 instances of a are given the same port 80 as web/],
  ["a: { executable: x, ports: { web: 80 } }, b: { executable: x, ports: { http: 80 } }", "warning", /port 80 is given to b and to a/],
  [
    "a: { executable: x, listen: 80 }, c: { executable: x, ports: { web: 80 } }",
    "warning",
    /port 80 is given to c, and a has a listener there \(\/srv\/shop\/0.yaml:1\)/,
  ],
  ["c: { executable: x, ports: { web: 80 } }, a: { executable: x, listen: 80 }", "warning", /port 80 is given to c, and a has a listener/],
  ["a: { executable: x, listen: 127.0.0.1:80 }, b: { executable: x, listen: 127.0.0.2:80 }", "", /^$/],
  ["a: { executable: x, listen: 80, ports: { web: 80 } }", "", /^$/],
  ["a: { executable: x, listen: 80, health_check: { tcp: 80 } }", "warning", /the tcp check of a always passes/],
  ["a: { executable: x, listen: 80, health_check: { http: 'http://localhost/up' } }", "", /^$/],
  [
    "a: { executable: x, listen: 80, health_check: { http: 'http://localhost/up' }, instances: 2 }",
    "warning",
    /any of the 2 instances of a answers/,
  ],
  ["a: { executable: x, listen: 80, health_check: { http: 'http://me@127.0.0.1:81' }, instances: 2 }", "", /^$/],
  ["a: { executable: x, listen: 80, health_check: { http: 'http://example.org/' }, instances: 2 }", "", /^$/],
  [
    "a: { executable: x, ports: { w: auto }, listen: '${ports.w}', health_check: { http: 'http://[::1]:${ports.w}/' }, instances: 2 }",
    "warning",
    /any of the 2 instances of a answers/,
  ],
];
for (const [text, severity, message] of CLASHES) {
  test(`processes: { ${text} }`, () => {
    const { diagnostics } = parseProcessesFiles([{ path: "/srv/shop/0.yaml", text: `processes: { ${text} }` }], { environment: {} });
    assert.is(diagnostics[0]?.severity ?? "", severity);
    assert.match(diagnostics[0]?.message ?? "", message);
  });
}

test("a circle is told with its whole path, each step with file and line", () => {
  const diagnostics = diagnose(
    "processes:\n  a:\n    executable: x\n    depends_on: [b]\n  b: { executable: x, depends_on: c }\n",
    "processes:\n  c:\n    executable: x\n    depends_on: { a: { condition: completed } }\n  d: { executable: x, depends_on: [a] }\n",
  );
  assert.is(diagnostics.length, 1);
  expectFirst(
    diagnostics,
    "4:18",
    /cannot order the processes, for they need each other: a needs b \(\/srv\/shop\/0\.yaml:4\), b needs c \(\/srv\/shop\/0\.yaml:5\), c needs a \(\/srv\/shop\/1\.yaml:4\)$/,
    /remove one/,
  );
});

test("the number of instances is bounded for the whole file", () => {
  const lines = Array.from({ length: 11 }, (_, index) => `  p${index}: { executable: x, instances: 1000 }`);
  assert.match(diagnose(`processes:\n${lines.join("\n")}\n`)[0]?.message ?? "", /more than 10000 processes at once, instances counted/);
});

test("a long circle is told in part", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `  p${index}: { executable: x, depends_on: p${(index + 1) % 100} }`);
  const [first] = diagnose(`processes:\n${lines.join("\n")}\n`);
  assert.match(first?.message ?? "", /p19 needs p20 \(\/srv\/shop\/0\.yaml:21\), and 80 more steps$/);
});

test.run();
