import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Manifest, ProcessDefinition } from "./definition.ts";
import { portReference, portsIn, revealPorts, showPortReferences } from "./port-references.ts";
import { parseProcessesFiles } from "./processes-file.ts";
import { revealSecrets } from "./secrets.ts";

const TOKEN = { API_TOKEN: "hunter2", ODD: `a${portReference("x")}` };

function parse(...texts: string[]): ReturnType<typeof parseProcessesFiles> {
  return parseProcessesFiles(
    texts.map((text, index) => ({ path: `/srv/shop/${index}.yaml`, text })),
    { environment: TOKEN },
  );
}

function processes(...texts: string[]): { manifest: Manifest; api: ProcessDefinition } {
  const { manifest, diagnostics } = parse(...texts);
  assert.equal(diagnostics, []);
  return { manifest: manifest as Manifest, api: manifest?.processes.find(({ name }) => name === "api") as ProcessDefinition };
}

const WEB = "web: { executable: w, ports: { http: auto, admin: 9000 } }";

test("a port is known everywhere in the files by its own name, or by its process's and its own", () => {
  const { api } = processes(
    `processes:
  api:
    command: ./api --port \${ports.http} --admin=\${ports.web.admin}
    environment: { URL: "http://h:\${ports.http}/" }
    health_check: { http: "http://127.0.0.1:\${ports.http}/" }
    stop: { command: "curl :\${ports.http}" }
`,
    `processes: { ${WEB} }`,
  );
  const http = portReference("web.http");
  assert.equal(api.args, ["--port", http, `--admin=${portReference("web.admin")}`]);
  assert.equal(api.environment, { URL: `http://h:${http}/` });
  assert.is((api.healthCheck?.probe as { url: string } | undefined)?.url, `http://127.0.0.1:${http}/`);
  assert.is(api.stop.command, `curl :${http}`);
  assert.is(revealPorts(api.args[1] ?? "", { "web.http": 8123 }), "8123");
  assert.is(showPortReferences(api.args[1] ?? ""), "${ports.web.http}");
});

const PROBES: [string, unknown][] = [
  ["tcp: ${ports.http}", { kind: "tcp", host: "127.0.0.1", port: portReference("web.http") }],
  ["tcp: 'h:${ports.http}'", { kind: "tcp", host: "h", port: portReference("web.http") }],
  ["exec: nc -z h ${ports.http}", { kind: "exec", executable: "nc", args: ["-z", "h", portReference("web.http")], shell: false }],
  ["exec: 'nc h ${ports.http} | cat'", { kind: "exec", executable: `nc h ${portReference("web.http")} | cat`, args: [], shell: true }],
];
for (const [probe, expected] of PROBES) {
  test(`health_check with ${probe}`, () => {
    const { api } = processes(`processes:\n  ${WEB}\n  api:\n    executable: x\n    health_check:\n      ${probe}\n`);
    assert.equal(api.healthCheck?.probe, expected);
  });
}

test("a process's own port comes before another's of the same name", () => {
  const { api } = processes(
    `processes: { ${WEB}, api: { executable: x, args: ["\${ports.http}", "\${ports.web.http}"], ports: { http: auto } } }`,
  );
  assert.equal(api.args.flatMap(portsIn), ["api.http", "web.http"]);
});

test("a port inside a secret stays outside of what is kept apart", () => {
  const { manifest, api } = processes(
    `processes: { ${WEB}, api: { executable: x, environment: { DB_DSN: "pg://u:\${API_TOKEN}@h:\${ports.http}/db" } } }`,
  );
  const dsn = api.environment.DB_DSN as string;
  assert.equal(portsIn(dsn), ["web.http"]);
  assert.not.match(dsn, /hunter2|pg:/);
  assert.is(revealPorts(revealSecrets(dsn, manifest.secrets), { "web.http": 1 }), "pg://u:hunter2@h:1/db");
});

test("a value that is inherited is no reference, whatever it holds", () => {
  const { manifest, api } = processes("processes: { api: { executable: x, inherit: [ODD] } }");
  assert.equal(portsIn(api.inherited.ODD ?? ""), []);
  assert.is(revealSecrets(api.inherited.ODD ?? "", manifest.secrets), TOKEN.ODD);
});

test("nobody's port is no error where nobody reads it", () => {
  assert.equal(parse("x-a: ${ports.nobody}\nprocesses: { api: { executable: x } }").diagnostics, []);
});

const BAD: [string, string, RegExp, RegExp?][] = [
  ["args: ${ports.htpp}", "4:11", /cannot fill in \$\{ports.htpp\} in api: there is no such port/, /did you mean \$\{ports.http\}/],
  ["args: ${ports.web.htp}", "4:11", /there is no such port/, /did you mean \$\{ports.web.http\}/],
  ["args: ${ports.zzzzzzzz}", "4:11", /there is no such port/, /declare it/],
  ["args: ${ports.rpc}", "4:11", /2 processes have a port of this name/, /write \$\{ports\.[ab]\.rpc\}/],
  ["environment:\n      A: x${ports.nope}", "5:10", /in api: there is no such port/],
  ["cwd: ${ports.http}", "4:10", /"\$\{ports.http\}" as working_directory of api: a port is not known before the start/, /command, args/],
  ["user: u${ports.http}", "4:11", /a port is not known/],
  ["restart:\n      delay: ${ports.http}", "5:14", /"\$\{ports.http\}" as restart.delay of api: it is not a duration/],
  ["on:\n      failed: x ${ports.http}", "5:15", /ports are not filled in here/],
  ["command: ./${ports.http} a", "4:14", /the program's name holds a port/],
];
for (const [lines, place, message, hint] of BAD) {
  test(lines.replaceAll(/\s+/g, " "), () => {
    const program = lines.startsWith("command") ? "" : "    executable: x\n";
    const two = "  a: { executable: x, ports: { rpc: auto } }\n  b: { executable: x, ports: { rpc: auto } }\n";
    const { diagnostics } = parse(`processes:\n  ${WEB}\n  api:\n    ${lines}\n${program}${two}`);
    const [first] = diagnostics;
    assert.is(`${first?.line}:${first?.column}`, place, JSON.stringify(first));
    assert.match(first?.message ?? "", message);
    if (hint) assert.match(first?.hint ?? "", hint);
  });
}

test("a listener can be on one of the process's own ports", () => {
  const { manifest } = parseProcessesFiles(
    [
      {
        path: "/p/processes.yaml",
        text: "processes:\n  - { name: api, command: api, ports: { http: auto }, listen: '127.0.0.1:${ports.http}' }\n",
      },
    ],
    { environment: {} },
  );
  const listen = manifest?.processes[0]?.listen;
  assert.equal([listen?.host, listen?.port, revealPorts(listen?.portFrom ?? "", { "api.http": 81 })], ["127.0.0.1", 0, "81"]);
});

test.run();
