import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import type { DefinitionsView } from "../../core/api/definitions.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { ask } from "../http/requests.ts";
import { ROOT, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { copySamples, parsed, processOf } from "./written.ts";

/** One of everything that a definition can hold; nothing of it has to run. */
const STACK = `project: shop
processes:
  - name: db
    command: sleep 1000
    restart: true
    health_check: { tcp: "127.0.0.1:5432", period: 2s }
    environment: { DB_PASSWORD: hunter22, URL: "postgres://u:\${SHOP_TOKEN}@h/x?a=100%", GREETING: 'say "hi" $HOME \\ there', EMPTY: "" }
  - name: migrate
    command: sh -c 'echo migrating'
    depends_on: [db]
  - name: api
    command: "sleep \${ports.web} 'a b' 5$ 100% ';' 'q\\"q' '\\\\'"
    depends_on: { db: { condition: healthy, on_loss: stop }, migrate: { condition: completed } }
    restart: { policy: on-failure, delay: 2s, max_restarts: 5, window: 5m, success_codes: [0, 3] }
    instances: 2
    ports: { web: 8123 }
    resource_limits: { memory: 512, cpu: 1.5, pids: 64, open_files: 4096 }
    stop: { signal: SIGINT, timeout: 5s, command: 'kill -INT $GHOST_PID' }
    reload: { signal: SIGHUP }
    umask: "027"
    nice: 5
    logs: { max_size: 1MB, max_files: 2, compress: true }
  - name: web
    command: sleep 1000
    restart: true
    listen: 127.0.0.1:8124
    health_check: { http: { url: "http://127.0.0.1:8124/", status: [200, 204], body: ok }, start_grace: 30s, restart: true }
    environment: { KEY: { from_file: /etc/hostname } }
    watch: { paths: [src], debounce: 1s }
    on: { failed: "cat > /dev/null" }
  - name: nightly
    command: echo "$HOME; $(date)" | cat
    shell: true
    schedule: { cron: "30 2 1,15 * MON-FRI", timezone: Europe/Berlin }
groups:
  - { name: backend, processes: [db, api], startup: sequential }
`;
const TOKEN = "tok-secret-9";

async function withStack(home: Home): Promise<void> {
  home.write("processes.yaml", STACK);
  await home.ok(["register"], { env: { ...home.env, SHOP_TOKEN: TOKEN } });
}

test.unless(needs("systemd-analyze"), "systemd-analyze verify takes the units, and finds nothing to say", async () => {
  await using home = makeHome();
  await withStack(home);
  await home.ok(["export", "systemd", "--out", "units", "api", "db", "migrate", "web", "nightly"]);
  const units = join(home.work, "units");
  const files = readdirSync(units).filter((name) => !name.endsWith(".example"));
  assert.equal(files.sort(), [
    "shop-api@.service",
    "shop-backend.target",
    "shop-db.service",
    "shop-migrate.service",
    "shop-nightly.service",
    "shop-nightly.timer",
    "shop-web.service",
    "shop-web.socket",
    "shop.target",
  ]);
  const verified = await run(["systemd-analyze", "verify", "--man=no", ...files.map((name) => join(units, name))], { env: home.env });
  assert.equal([verified.code, verified.stdout, verified.stderr], [0, "", ""]);
});

test("units say what the definitions say", async () => {
  await using home = makeHome();
  await withStack(home);
  await home.ok(["export", "systemd", "all", "--out", "units"]);
  const text = (name: string) => readFileSync(join(home.work, "units", name), "utf8");
  const api = text("shop-api@.service");
  for (const line of [
    "BindsTo=shop-db.service",
    "After=shop-migrate.service",
    "Requires=shop-migrate.service",
    "Restart=on-failure",
    "RestartSec=2",
    "StartLimitBurst=6",
    "StartLimitIntervalSec=300",
    "SuccessExitStatus=3",
    "KillSignal=SIGINT",
    "TimeoutStopSec=5",
    "UMask=0027",
    "Nice=5",
    "MemoryMax=536870912",
    "CPUQuota=150%",
    "TasksMax=64",
    "LimitNOFILE=4096",
    `WorkingDirectory=${home.work}`,
  ])
    assert.ok(api.split("\n").includes(line), line);
  assert.match(api, /^ExecStart=\/\S*\/sleep 8123 "a b" 5\$\$ 100%% \\; "q\\"q" "\\\\"$/m);
  assert.match(
    api,
    /^ExecStop=\/bin\/sh -c "GHOST_PID=\$\$MAINPID; export GHOST_PID; \(kill -INT \$\$GHOST_PID\\n\) && while kill -0 \$\$GHOST_PID 2> \/dev\/null; do sleep 0\.1; done"$/m,
  );
  assert.match(text("shop-db.service"), /^ExecStartPost=\/bin\/sh -c "until .*\/dev\/tcp\/127\.0\.0\.1\/5432/m);
  assert.match(
    text("shop-nightly.timer"),
    /^OnCalendar=\*-\*-1,15 02:30:00 Europe\/Berlin\nOnCalendar=Mon,Tue,Wed,Thu,Fri \*-\*-\* 02:30:00 Europe\/Berlin$/m,
  );
  assert.match(text("shop-web.socket"), /^ListenStream=127\.0\.0\.1:8124$/m);
  assert.match(
    text("shop.target"),
    /Wants=shop-db\.service shop-api@0\.service shop-api@1\.service shop-web\.service shop-web\.socket shop-nightly\.timer/,
  );
});

test("what export systemd writes, import reads back", async () => {
  await using home = makeHome();
  await withStack(home);
  await home.ok(["export", "systemd", "--out", "units"], { env: { ...home.env, SHOP_TOKEN: TOKEN } });
  const names = readdirSync(join(home.work, "units")).filter((name) => /\.(service|timer|socket)$/.test(name));
  await home.ok(["import", ...names.map((name) => `units/${name}`), "--out", "back.yaml"]);
  const back = parsed(home, "back.yaml");
  assert.equal(processOf(back, "shop-api").args, ["8123", "a b", "5$", "100%", ";", 'q"q', "\\"]);
  assert.is(processOf(back, "shop-db").environment.GREETING, 'say "hi" $HOME \\ there');
  assert.equal(processOf(back, "shop-nightly").args, ["-c", 'echo "$HOME; $(date)" | cat']);
  const needs = (name: string) => processOf(back, name).dependsOn.map((each) => [each.name, each.condition, each.onLoss].join(" "));
  assert.equal(needs("shop-api"), ["shop-db healthy stop", "shop-migrate completed ignore"]);
  assert.equal(needs("shop-migrate"), ["shop-db healthy ignore"]);
  assert.is(processOf(back, "shop-api").stop.command, "kill -INT $GHOST_PID");
  assert.equal(processOf(back, "shop-api").environment.GHOST_INSTANCE, undefined);
  assert.equal(processOf(back, "shop-api").limits, processOf(parsed(home, "processes.yaml", { SHOP_TOKEN: TOKEN }), "api").limits);
});

test("no secret is in anything that is exported, nor in what the daemon tells of definitions", async () => {
  await using home = makeHome();
  await withStack(home);
  for (const kind of ["systemd", "compose", "yaml"]) {
    const { stdout } = await home.ok(["export", kind, "all"]);
    for (const secret of ["hunter22", TOKEN]) assert.not.ok(stdout.includes(secret), `${kind} holds ${secret}`);
    assert.match(stdout, /DB_PASSWORD/);
  }
  const answer = await ask(home, "GET", "/v1/definitions");
  const { processes, groups } = answer.json<DefinitionsView>();
  assert.equal(
    processes.map(({ definition }) => definition.name),
    ["db", "migrate", "api", "web", "nightly"],
  );
  assert.equal(
    groups.map(({ name }) => name),
    ["backend"],
  );
  for (const secret of ["hunter22", TOKEN]) assert.not.ok(JSON.stringify(processes).includes(secret));
  const examples = (await home.ok(["export", "systemd", "all"])).stdout;
  assert.match(
    examples,
    /# --- shop-db\.env\.example\n# Fill in .*\n# secret\nDB_PASSWORD=\n# of the form postgres:\/\/u:<SHOP_TOKEN>@h\/x\?a=100%\nURL=/,
  );
});

test("what is registered comes out of export yaml as it went in", async () => {
  await using home = makeHome();
  await withStack(home);
  home.write("out/processes.yaml", (await home.ok(["export", "yaml"])).stdout);
  const before = parsed(home, "processes.yaml", { SHOP_TOKEN: TOKEN });
  const after = parsed(home, "out/processes.yaml", { SHOP_TOKEN: TOKEN, DB_PASSWORD: "hunter22", URL: "x" });
  // The place is another; a value that holds a secret is asked for as a whole.
  const comparable = ({ source: _, environment: { URL: __, DB_PASSWORD: ___, ...environment }, ...rest }: ProcessDefinition) => ({
    ...rest,
    environment,
  });
  assert.equal(after.processes.map(comparable), before.processes.map(comparable));
  assert.equal(
    after.groups.map(({ name, processes, startup }) => [name, processes, startup]),
    [["backend", ["db", "api"], "sequential"]],
  );
});

test("a compose file comes back as the compose file that it was imported from", async () => {
  await using home = makeHome();
  copySamples(home);
  await home.ok(["import", "compose.yaml"]);
  const { stdout } = await home.ok(["export", "compose", "--json"], { env: { ...home.env, DB_PASSWORD: "p4ss" } });
  const [file] = (JSON.parse(stdout) as { files: { name: string; text: string }[] }).files;
  const { services, networks, name } = parse(file?.text ?? "") as {
    name: string;
    services: Record<string, Record<string, unknown>>;
    networks: unknown;
  };
  assert.equal(
    [name, Object.keys(services), networks],
    ["shop", ["db", "migrate", "api", "front", "debug"], { shop_default: { name: "shop_default" } }],
  );
  const { db, api, front } = services;
  assert.equal([db?.image, db?.restart, db?.stop_grace_period, db?.shm_size], ["postgres:16", "unless-stopped", "60s", "128mb"]);
  assert.equal(db?.healthcheck, {
    test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"],
    interval: "5s",
    timeout: "3s",
    retries: 5,
    start_period: "30s",
  });
  assert.equal(db?.environment, { POSTGRES_PASSWORD: "${DB_PASSWORD:?}", POSTGRES_USER: "shop" });
  assert.equal(
    [api?.entrypoint, api?.command, api?.ports, api?.scale],
    [["/bin/api"], ["--verbose", "serve", "two words"], ["127.0.0.1:8080:80", "8443:443/tcp"], 2],
  );
  assert.equal(api?.depends_on, {
    db: { condition: "service_healthy" },
    migrate: { condition: "service_completed_successfully" },
    front: { condition: "service_started" },
  });
  assert.equal([front?.image, front?.pull_policy, front?.command], ["shop-front", "never", ["npm", "start"]]);
  assert.equal(api?.environment, { AWS_SECRET: null, LOG_LEVEL: "info", PRICE: "5$$" });
});

/** The shop leaves its ports to Ghost, that of its listener among them. */
const SHOP = join(ROOT, "templates/shop/processes.yaml");

test("ports that are left to Ghost stay so in a processes.yaml", async () => {
  await using home = makeHome();
  home.write("out/processes.yaml", (await home.ok(["export", "yaml", "-f", SHOP])).stdout);
  assert.match((await home.ok(["plan", "out/processes.yaml"])).stdout, /7 to add/);
  const before = parsed(home, SHOP).processes;
  const after = parsed(home, "out/processes.yaml").processes;
  assert.equal(
    after.map(({ source: _, ...rest }) => rest),
    before.map(({ source: _, ...rest }) => rest),
  );
});

test("a compose file and units name a port that is left to Ghost, and have the number where there is one", async () => {
  await using home = makeHome();
  const compose = (await home.ok(["export", "compose", "-f", SHOP])).stdout;
  assert.match(compose, /# listen: 127\.0\.0\.1:\$\{PORT_API_API\} has no equal/);
  await home.ok(["export", "systemd", "-f", SHOP, "--out", "units"]);
  const units = readdirSync(join(home.work, "units"));
  const text = (name: string) => readFileSync(join(home.work, "units", name), "utf8");
  assert.not.ok(units.includes("shop-api.socket"), "a socket without a number is no unit");
  assert.match(text("shop-api.socket.example"), /^# The port was left to Ghost[\s\S]*^ListenStream=127\.0\.0\.1:PORT$/m);
  assert.match(text("shop-api.service"), /^# listen: the port was left to Ghost/m);
  assert.match(text("shop-db.env.example"), /^# the port \$\{ports\.db\.db\}, which was left to Ghost\nPGPORT=$/m);
  assert.match(text("shop-redis.service"), /redis-cli -p \\"\$\$\{PORT_REDIS_REDIS\}\\" ping/);
  assert.not.match(text("shop.target"), /\.socket/);
  home.write(
    "fixed.yaml",
    "project: p\nprocesses:\n  - { name: a, command: sleep 5, ports: { a: 8125, b: auto }, listen: '[::1]:${ports.a}' }\n",
  );
  assert.match((await home.ok(["export", "systemd", "-f", "fixed.yaml"])).stdout, /^ListenStream=\[::1\]:8125$/m);
  assert.match((await home.ok(["export", "compose", "-f", "fixed.yaml"])).stdout, /# listen: \[::1\]:8125 has no equal/);
});

test("of what runs, units have the number that Ghost chose", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "processes:\n  - { name: a, command: sleep 1000, ports: { web: auto }, listen: '127.0.0.1:${ports.web}' }\n",
  );
  await home.ok(["register", "--start"]);
  const { processes } = (await ask(home, "GET", "/v1/definitions")).json<DefinitionsView>();
  const chosen = processes[0]?.ports.web;
  assert.type(chosen, "number");
  assert.match((await home.ok(["export", "systemd", "a"])).stdout, new RegExp(`^ListenStream=127\\.0\\.0\\.1:${chosen}$`, "m"));
});

test.unless(needs("systemd-analyze"), "systemd-analyze verify takes the units of the shop", async () => {
  await using home = makeHome();
  // The programs are looked up where they lie: as they are on the machine of whoever exports.
  await home.ok(["export", "systemd", "-f", SHOP, "--out", "units", "db", "migrate", "nginx", "test"]);
  const files = readdirSync(join(home.work, "units")).filter((name) => !name.endsWith(".example"));
  const verified = await run(["systemd-analyze", "verify", "--man=no", ...files.map((name) => join(home.work, "units", name))], {
    env: home.env,
  });
  assert.equal([verified.code, verified.stdout, verified.stderr], [0, "", ""]);
});

test("names choose, files are not overwritten, and what is not there is said", async () => {
  await using home = makeHome();
  await withStack(home);
  await home.ok(["export", "systemd", "web", "--out", "units"]);
  const written = readdirSync(join(home.work, "units")).sort();
  assert.equal(written, ["shop-web.env.example", "shop-web.service", "shop-web.socket", "shop.target"]);
  const again = await home.ghost(["export", "systemd", "web", "--out", "units"]);
  assert.equal([again.code, /it is there already/.test(again.stderr)], [2, true]);
  await home.ok(["export", "systemd", "web", "--out", "units", "--force"]);
  assert.is((await home.ghost(["export", "systemd", "nobody"])).code, 3);
  assert.match((await home.ghost(["export", "podman"])).stderr, /does not know podman\nhint: write systemd, compose or yaml/);
  home.write("other.yaml", "project: other\nprocesses:\n  - { name: one, command: sleep 5 }\n");
  assert.match((await home.ok(["export", "yaml", "-f", "other.yaml"])).stdout, /^project: other$/m);
  await home.ok(["register", "other.yaml"]);
  assert.match((await home.ghost(["export", "yaml"])).stderr, /several projects: .*shop/);
});

test.run();
