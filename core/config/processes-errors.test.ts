import { test } from "uvu";
import * as assert from "uvu/assert";
import { DIAGNOSTICS_MAX, type Diagnostic, formatDiagnostic } from "./diagnostics.ts";
import { parseProcessesFiles } from "./processes-file.ts";

function diagnose(...texts: string[]): readonly Diagnostic[] {
  const files = texts.map((text, index) => ({ path: `/srv/shop/${index}.yaml`, text }));
  const { manifest, diagnostics } = parseProcessesFiles(files, { environment: { HOME: "/home/me", MY_TOKEN: "hunter2", ESC: "\u001b" } });
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) assert.is(manifest, null);
  return diagnostics;
}

/** Of one process with these lines, from line 3 on, indented by 4. */
function diagnoseProcess(lines: string): readonly Diagnostic[] {
  const program = /^(executable|command|script):/m.test(lines) ? "" : "\nexecutable: x";
  return diagnose(
    `processes:\n  - name: api\n${`${lines}${program}`
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n")}\n`,
  );
}

/** Lines of a process; where the first diagnostic stands; what it says; what its hint says. */
const PROCESS: [string, string, RegExp, RegExp?][] = [
  ["restrat: true", "3:5", /cannot use restrat in api: there is no such key/, /did you mean restart\?/],
  ["workingDirectory: x", "3:5", /no such key/, /write `working_directory`|did you mean working_directory/],
  ["banana: 1", "3:5", /no such key/, /the keys are name, executable/],
  ["script: a.js", "3:5", /cannot use script/, /executable/],
  ["app: x", "3:10", /app of api: there is no .ghost.yaml in it/, /name the app's folder/],
  ["resource_limits: { cpu: 0 }", "3:29", /from 0.01 to 1024/],
  ["resource_limits: { cpus: 1 }", "3:24", /no such key/, /write `cpu`/],
  ["resource_limits: { pids: 0 }", "3:30", /from 1 to 4194304/],
  ["autorestart: true", "3:5", /no such key/, /restart: true/],
  ["max_memory_restart: 1G", "3:5", /no such key/, /resource_limits/],
  ["kill_timeout: 5", "3:5", /no such key/, /stop: \{ timeout/],
  ["stopsignal: INT", "3:5", /no such key/, /stop: \{ signal/],
  ["stopwaitsecs: 5", "3:5", /no such key/, /stop: \{ timeout/],
  ["availability: { restart: always }", "3:5", /no such key/, /write `restart`/],
  ["shutdown: {}", "3:5", /no such key/, /write `stop/],
  ["ExecStart: x", "3:5", /no such key/, /write `command`/],
  ["WorkingDirectory: /x", "3:5", /no such key/, /working_directory/],
  ["exec_mode: cluster", "3:5", /no such key/, /cluster/],
  ["cron_restart: '* * * * *'", "3:5", /no such key/, /schedule/],
  ["restart: { backoff_seconds: 2 }", "3:16", /no such key/, /delay/],
  ["executable: x\ncommand: y", "4:14", /cannot use "y" as command of api: executable is given, too/, /keep one/],
  ["command: 'a | b'", "3:14", /`\|` outside quotes/, /shell: true/],
  ["args: a > b", "3:11", /`>` outside quotes/, /shell: true/],
  ['command: "a \'b"', "3:14", /has no partner/],
  ["command: ''", "3:14", /names no program/],
  ["command: []", "3:14", /names no program/],
  ["command: [a]\nshell: true", "3:14", /a shell takes one text/],
  ["executable: [x]", "3:17", /a list as executable of api: it must be a text/],
  ["executable: ''", "3:17", /it is empty/],
  ["executable: ${MY_TOKEN}", "3:17", /cannot use "\*+" as executable of api: \$\{MY_TOKEN\} is named like a secret/],
  ["cwd: ${MY_TOKEN}", "3:10", /named like a secret/],
  ["args: { a: b }", "3:11", /it must be a text or a list of texts/],
  ["args: [[a]]", "3:12", /a list as args of api: it must be a text/],
  ["args: [~]", "3:12", /nothing as args/],
  ["args: ${NOPE}", "3:11", /cannot fill in \$\{NOPE\}: the variable is not set/, /\$\{NOPE:-value\}/],
  ["args: ${ESC}", "3:11", /ESC.*control character/],
  ['args: "\\x1b[1m"', "3:11", /holds a control character/],
  ["args: [a, ${X}]", "3:16", /inside \{ \} and \[ \] a variable/, /quotes/],
  ["cwd: a\nworking_dir: b", "4:5", /cannot use both cwd and working_dir/],
  ["environment: x", "3:18", /it must be a map or a list of KEY=value/],
  ["environment: [A]", "3:19", /it has no value/, /inherit: \[A\]/],
  ["environment: [A=1, A=2]", "3:24", /given twice/],
  ["environment: { A: }", "3:23", /nothing as A in environment of api: it has no value/],
  ["environment: { A: [1] }", "3:23", /a list as A in environment/],
  ["environment: { A: { file: x } }", "3:25", /cannot use file in A in environment of api/, /from_file/],
  ["environment: { A: { from_file: } }", "3:23", /it must be a text or/],
  ["environment: { 'A B': 1 }", "3:20", /cannot use "A B" in environment of api/],
  ["env_file: { a: b }", "3:15", /must be a path or a list of paths/],
  ["inherit: [A=1]", "3:15", /no blanks and no `=`/],
  ["inherit: { A: 1 }", "3:14", /list of names, or true/],
  ["type: simple", "3:11", /must be service or oneshot/, /service/],
  ["restart: unless-stopped", "3:14", /must be always, on-failure or never/, /write always/],
  ["restart: yes", "3:14", /must be always, on-failure or never/, /write always/],
  ["restart: [true]", "3:14", /it must be true, false, always/],
  ["restart: { delay: 5 }", "3:23", /"5" as restart.delay of api: a duration needs a unit/, /write 5s/],
  ["restart: { delay: -5s }", "3:23", /cannot be negative/],
  ["restart: { delay: 2s, max_delay: 1s }", "3:38", /shorter than delay/],
  ["restart: { factor: 0.5 }", "3:24", /must be from 1 to/],
  ["restart: { jitter: 2 }", "3:24", /must be from 0 to 1/],
  ["restart: { max_restarts: -1 }", "3:30", /must be at least 0/],
  ["restart: { max_restarts: 1.5 }", "3:30", /must be a whole number/],
  ["restart: { max_restarts: '3' }", "3:30", /must be a number/, /without quotes/],
  ["restart: { success_codes: [0, 256] }", "3:35", /from 0 to 255/],
  ["stop: SIGINT", "3:11", /it must be a map/, /its keys are signal, timeout, command/],
  ["stop: { signal: SIGFOO }", "3:21", /"SIGFOO" as stop.signal of api: there is no such signal/, /SIGTERM/],
  ["stop: { signal: 15 }", "3:21", /no such signal/],
  ["stop: { timeout: 10 }", "3:22", /needs a unit/, /10s/],
  ["watch: ['*.py']", "3:12", /a list as watch/, /paths/],
  ["watch: yes", "3:12", /true or false/, /write true/],
  ["watch: { paths: [] , debounce: 1 }", "3:36", /needs a unit/],
  ["resource_limits: { memory: 0 }", "3:32", /more than 0/],
  ["resource_limits: { memory: -1 }", "3:32", /negative/],
  ["resource_limits: { memory: lots }", "3:32", /not a size/],
  ["resource_limits: { open_files: 0 }", "3:36", /from 1 to/],
  ["logs: { max_size: 10 }", "3:23", /size needs a unit/, /10MB/],
  ["logs: { max_size: 10B }", "3:23", /less than 1KB/],
  ["logs: { max_files: -1 }", "3:24", /from 0 to 1000/],
  ["user: a b", "3:11", /neither a name nor a number/],
  ["user: me:us", "3:11", /neither/, /apart/],
  ["umask: 18", "3:12", /octal/, /"022"/],
  ["umask: 1000", "3:12", /at most 777/],
  ["nice: 40", "3:11", /from -20 to 19/],
  ["nice: low", "3:11", /must be a number/],
];
for (const [lines, place, message, hint] of PROCESS) {
  test(lines.replaceAll("\n", " / "), () => {
    const [first] = diagnoseProcess(lines);
    assert.is(`${first?.line}:${first?.column}`, place, JSON.stringify(first));
    assert.match(first?.message ?? "", message);
    if (hint) assert.match(first?.hint ?? "", hint);
    assert.not.match(JSON.stringify(first), /hunter2/);
  });
}

const FILES: [string, string, RegExp, RegExp?][] = [
  ["", "1:1", /it is empty/, /processes/],
  ["# only a comment\n", "1:1", /it is empty/],
  ["- a", "1:1", /holds a list, not a map/],
  ["just text", "1:1", /holds a text, not a map/],
  ["project: a", "1:1", /it has no processes/],
  ["proccesses: []", "1:1", /no such key/, /did you mean processes\?/],
  ["apps: []", "1:1", /no such key/, /the key is `processes`/],
  ["project: a/b\nprocesses: []", "1:10", /cannot use "a\/b" as project/, /a-b would do/],
  ["processes:", "1:1", /no value|it has no processes/],
  ["processes: 3", "1:12", /"3" as processes/],
  ["processes: [redis]", "1:13", /"redis" as process 1: it must be a map/],
  ["processes: { a: x }", "1:17", /"x" as process a/],
  ["processes: [{ executable: x }]", "1:13", /process 1: it has no name/],
  ["processes: [{ name: a }]", "1:13", /cannot register a: it has neither executable nor command/],
  ["processes: [{ name: a/b, executable: x }]", "1:21", /cannot use "a\/b" as a name/, /a-b would do/],
  ["processes: [{ name: all, executable: x }]", "1:21", /reserved/],
  ["processes: { all: { executable: x } }", "1:14", /reserved/],
  [`processes: [{ name: ${"x".repeat(65)}, executable: x }]`, "1:21", /longer than 64/],
  ["processes: { a: { name: b, executable: x } }", "1:25", /called a already/],
  ["processes:\n  - { name: a, executable: x }\n  - { name: a, executable: y }", "3:13", /the name a twice: line 2/],
  ["processes:\n  a: { executable: x }\n  a: { executable: y }", "3:3", /key a twice in one map: it stands in line 2/],
  ["processes:\n\t- name: x", "2:1", /a tab is used to indent/],
  ["processes: [", "1:13", /not closed/],
  ['processes: "x', "1:14", /a quote is not closed/],
  ["processes:\n  - name: a\n   executable: x", "3:4", /indented|key/],
  ["processes: @x", "1:12", /reserves/, /quotes/],
  ["processes: *x", "1:12", /\*x/],
  ["processes: !include x", "1:12", /tag/],
  ["processes: []\n---\na: 1", "2:1", /second document/],
  ["? [a]\n: b\nprocesses: []", "1:3", /list or a map as a key/],
  [`processes: ${"[".repeat(60)}${"]".repeat(60)}`, "1:52", /nested deeper than 40/],
  [`# ${"x".repeat(1024 * 1024)}`, "1:1", /larger than 1 MiB/, /split/],
];
for (const [text, place, message, hint] of FILES) {
  test(text.length > 100 ? `${text.slice(0, 30)}…` : text.replaceAll("\n", " / ") || "an empty file", () => {
    const [first] = diagnose(text);
    assert.is(`${first?.line}:${first?.column}`, place, JSON.stringify(first));
    assert.match(first?.message ?? "", message);
    if (hint) assert.match(first?.hint ?? "", hint);
  });
}

test("all errors of all files are told, in their order", () => {
  const diagnostics = diagnose(
    "processes:\n  - { name: a/b, nice: 99 }\n  - { name: c, restrat: 1, executable: x }\n",
    "processes: { d: { executable: x, umask: 9 } }",
    "bad: [",
  );
  const places = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).split(": ")[0]?.replace("/srv/shop/", ""));
  assert.equal(places, ["0.yaml:2:5", "0.yaml:2:13", "0.yaml:2:24", "0.yaml:3:16", "1.yaml:1:41", "2.yaml:1:7"]);
});

test("the values of a second process of the same name are read, too", () => {
  const diagnostics = diagnose("processes:\n  - { name: a, executable: x }\n  - { name: a, executable: x, nice: 99 }\n");
  assert.equal(
    diagnostics.map((diagnostic) => diagnostic.column),
    [13, 37],
  );
});

test("a file of aliases to aliases is contained", () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `  - &a${level} [${Array.from({ length: 10 }, () => (level === 0 ? "x" : `*a${level - 1}`)).join(", ")}]`,
  );
  const began = performance.now();
  const [first, ...others] = diagnose(`x-bomb:\n${levels.join("\n")}\nx-map: { *a1 : 1, *a2 : 2, <<: *a3 }\nother: *a9\nprocesses: []\n`);
  assert.match(first?.message ?? "", /more than 200000 values/);
  assert.equal(others, []);
  assert.ok(performance.now() - began < 5000);
});

test("a variable inside brackets is told as such, alone and within a word; in quotes it is none", () => {
  for (const value of ["{ F: ${VAR} }", "{ F: ./x-${VAR} }", "[a, ${VAR}-b]", "{ A: 'it''s', F: a${VAR} }"]) {
    const [first, ...others] = diagnoseProcess(`x-a: ${value}`);
    assert.match(first?.message ?? "", /inside \{ \} and \[ \] a variable is read as a bracket/, value);
    assert.match(first?.hint ?? "", /put quotes around it/);
    assert.equal(others, []);
  }
  for (const value of ['{ F: "a-${VAR}", G: ]', "${A} ${B}: {"])
    assert.not.match(diagnoseProcess(`x-a: ${value}`)[0]?.message ?? "", /variable is read/, value);
});

test("brackets without end are contained", () => {
  for (const bracket of ["[", "{a: ", "- ", "? "])
    assert.match(diagnose(bracket.repeat(100_000))[0]?.message ?? "", /nested|unknown|cannot/);
});

test("an alias inside its own anchor is refused", () =>
  assert.match(diagnose("x-a: &a [*a]\nprocesses: []")[0]?.message ?? "", /nested deeper/));

test("the number of diagnostics is bounded", () => {
  const lines = Array.from({ length: 500 }, (_, index) => `  - { name: p${index}, nice: 99, executable: x }`);
  assert.is(diagnose(`processes:\n${lines.join("\n")}\n`).length, DIAGNOSTICS_MAX);
});

const WARNINGS: [string, RegExp][] = [
  ["args: --port $PORT", /\$PORT in args of api is passed as it stands/],
  ["args: -p ${MY_TOKEN}", /\$\{MY_TOKEN\} in args of api can be read by every user/],
  ["restart:", /restart of api has no value and is ignored/],
];
for (const [lines, message] of WARNINGS) {
  test(`${lines} is a warning`, () => {
    const [first, ...others] = diagnoseProcess(lines);
    assert.is(first?.severity, "warning");
    assert.match(first?.message ?? "", message);
    assert.equal(others, []);
  });
}

test("a file that declares nothing is a warning", () => assert.match(diagnose("processes: []")[0]?.message ?? "", /declares no process/));

test.run();
