import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { revealSecrets } from "../../core/config/secrets.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { commentBefore, copySamples, parsed, processOf } from "./written.ts";

test("a PM2 ecosystem file is run with node, and becomes a file that Ghost takes", async () => {
  await using home = makeHome();
  copySamples(home);
  const { stdout, stderr } = await home.ok(["import", "ecosystem.config.js"]);
  assert.is(stdout, "");
  assert.match(stderr, /wrote .*processes\.yaml: 4 processes/);
  const text = readFileSync(join(home.work, "processes.yaml"), "utf8");
  const manifest = parsed(home, "processes.yaml");
  const api = processOf(manifest, "api");
  assert.equal(
    [api.executable, ...api.args],
    ["node", "--max-old-space-size=512", "./dist/server.js", "--port", "8080", "--label", "two words"],
  );
  assert.equal([api.instances, api.workingDirectory, api.limits.memoryBytes], [2, join(home.work, "api"), 300 * 1024 * 1024]);
  assert.equal(
    [api.restart.policy, api.restart.delayMs, api.restart.maxRestarts, api.stop.signal, api.stop.timeoutMs],
    ["always", 4000, 10, "SIGINT", 5000],
  );
  assert.is(api.environment.PRICE, "${not a variable}");
  assert.is(revealSecrets(String(api.environment.DB_PASSWORD), manifest.secrets), "hunter22");
  assert.match(commentBefore(text, /^\s+DB_PASSWORD:/), /from_file/);
  for (const lost of ["cron_restart", "wait_ready", "out_file", "env_production", "cluster"])
    assert.match(commentBefore(text, /- name: api/), new RegExp(lost));
  assert.equal(
    manifest.groups.map(({ processes }) => processes),
    [["api", "my-worker"]],
  );
  assert.is(processOf(manifest, "site").shell, true);
  assert.is(statSync(join(home.work, "processes.yaml")).mode & 0o777, 0o600);
});

test("what PM2 starts by the clock and does not restart is a job with a schedule", async () => {
  await using home = makeHome();
  const jobs = [
    { name: "nightly", script: "job.py", cron_restart: "0 3 * * *", autorestart: false },
    { name: "once", script: "job.py", cron_restart: "0", autorestart: false, stop_exit_codes: [143] },
  ];
  home.write("job.config.json", JSON.stringify({ apps: jobs }));
  await home.ok(["import", "job.config.json"]);
  const manifest = parsed(home, "processes.yaml");
  const [nightly, once] = jobs.map(({ name }) => processOf(manifest, name));
  assert.equal([nightly?.type, nightly?.schedule?.cron], ["oneshot", "0 3 * * *"]);
  assert.equal([once?.type, once?.schedule], ["service", null]);
  assert.equal([once?.restart.policy, once?.restart.successCodes], ["never", [0, 143]]);
  assert.match(commentBefore(readFileSync(join(home.work, "processes.yaml"), "utf8"), /^\s+schedule:/), /when it is started, too/);
});

test("PM2's times with a unit, empty arguments and lines that only a shell runs are kept; what is none of these is told", async () => {
  await using home = makeHome();
  const app = {
    name: "a",
    script: "/bin/a",
    args: ["", "b"],
    min_uptime: "10s",
    kill_timeout: "3s",
    restart_delay: "soon",
    watch_options: {},
  };
  home.write("x.config.json", JSON.stringify({ apps: [app, { name: "b", script: "exec node b.js" }] }));
  await home.ok(["import", "x.config.json"]);
  const manifest = parsed(home, "processes.yaml");
  const a = processOf(manifest, "a");
  assert.equal([a.args, a.restart.resetAfterMs, a.stop.timeoutMs], [["", "b"], 10_000, 3000]);
  const comment = commentBefore(readFileSync(join(home.work, "processes.yaml"), "utf8"), /- name: a/);
  assert.match(comment, /restart_delay: "soon" is no time/);
  assert.match(comment, /watch_options/);
  assert.is(processOf(manifest, "b").shell, true);
});

test("--env lays a PM2 environment over the usual one", async () => {
  await using home = makeHome();
  copySamples(home);
  await home.ok(["import", "ecosystem.config.js", "--env", "production"]);
  assert.is(processOf(parsed(home, "processes.yaml"), "api").environment.NODE_ENV, "production");
});

test("a dump of PM2 loses what every shell has, what this shell has alike, and what PM2 put in", async () => {
  await using home = makeHome();
  copySamples(home);
  await home.ok(["import", "dump.pm2"], { env: { ...home.env, FROM_SHELL: "same" } });
  const manifest = parsed(home, "processes.yaml");
  const web = processOf(manifest, "web");
  assert.equal(Object.keys(web.environment), ["NODE_ENV", "DB_URL"]);
  assert.equal(
    [web.instances, web.workingDirectory, web.executable, ...web.args],
    [2, "/srv/web", "node", "/srv/web/server.js", "--port", "80"],
  );
  const text = readFileSync(join(home.work, "processes.yaml"), "utf8");
  assert.match(text, /^# Left out, because this shell has them .*inherit: \[FROM_SHELL\]/m);
  assert.match(text, /^# Left out, because every shell has them: .*SSH_CLIENT/m);
  assert.equal(processOf(manifest, "tool").args, ["-c", "sleep 1 && echo $X"]);
});

test("a Procfile's ports are counted from the PORT of its .env, for every line, as foreman does", async () => {
  await using home = makeHome();
  home.write("Procfile", "web: ./web -p $PORT\nworker: ./worker\n");
  home.write(".env", "PORT=7000\nA=1\n");
  await home.ok(["import", "Procfile"]);
  assert.equal(
    parsed(home, "processes.yaml").processes.map(({ environment }) => environment),
    [{ PORT: "7000" }, { PORT: "7100" }],
  );
});

test("a Procfile keeps its ports, its shell lines, its release and its .env", async () => {
  await using home = makeHome();
  copySamples(home);
  home.write(".env", "A=1\n");
  await home.ok(["import", "Procfile"]);
  const manifest = parsed(home, "processes.yaml");
  const web = processOf(manifest, "web");
  assert.equal([web.shell, web.environment.PORT, web.restart.policy], [true, "5100", "always"]);
  assert.equal(web.envFiles, [join(home.work, ".env")]);
  assert.equal(
    web.dependsOn.map(({ name, condition }) => [name, condition]),
    [["release", "completed"]],
  );
  assert.equal(processOf(manifest, "worker").args, ["worker.js", "--queue", "high priority"]);
});

test("a compose service becomes docker run, with its network, health, dependencies and volumes", async () => {
  await using home = makeHome();
  copySamples(home);
  home.write(".env", "LOG_LEVEL=debug\nPG_VERSION=17\n");
  await home.ok(["import", "compose.yaml"]);
  const manifest = parsed(home, "processes.yaml", { DB_PASSWORD: "p4ss" });
  const db = processOf(manifest, "db");
  assert.equal(db.args.slice(0, 4), ["run", "--rm", "--name", "shop-db"]);
  assert.ok(db.args.includes("shop_data:/var/lib/postgresql/data"));
  assert.ok(db.args.includes(`${home.work}/init:/docker-entrypoint-initdb.d:ro`));
  assert.not.ok(
    db.args.some((word) => word.includes("p4ss")),
    "ps must not show the secret",
  );
  assert.equal(db.healthCheck?.probe, {
    kind: "exec",
    executable: "docker",
    args: ["exec", "shop-db", "sh", "-c", "pg_isready -U $POSTGRES_USER"],
    shell: false,
  });
  assert.equal(
    [db.healthCheck?.periodMs, db.healthCheck?.failures, db.healthCheck?.startGraceMs, db.stop.command],
    [5000, 5, 30_000, "docker stop -t 60 shop-db"],
  );
  const api = processOf(manifest, "api");
  assert.equal(
    api.dependsOn.map(({ name, condition }) => [name, condition]),
    [
      ["network-shop_default", "completed"],
      ["db", "healthy"],
      ["migrate", "completed"],
      ["front", "started"],
    ],
  );
  assert.equal([api.instances, api.shell, api.environment.PRICE], [2, true, "5$"]);
  assert.match(
    api.executable,
    /--name shop-api-\$GHOST_INSTANCE .*--publish 127\.0\.0\.1:8080:80 --publish 8443:443\/tcp .*--entrypoint \/bin\/api shop\/api --verbose serve 'two words'$/,
  );
  assert.is(processOf(manifest, "migrate").type, "oneshot");
  assert.equal(processOf(manifest, "migrate").dependsOn.find(({ name }) => name === "db")?.onLoss, "restart");
  const text = readFileSync(join(home.work, "processes.yaml"), "utf8");
  assert.equal(processOf(manifest, "front").args.slice(-5), ["--pull", "never", "shop-front", "npm", "start"]);
  assert.match(commentBefore(text, /- name: front/), /build: .*docker compose build front$/);
  assert.match(text, /# Set these variables before `ghost register`: DB_PASSWORD\./);
  assert.match(text, /\$\{LOG_LEVEL:-info\}/);
});

test("what a compose service shares with others, its variables anywhere and its odder keys reach docker, or are told", async () => {
  await using home = makeHome();
  home.write(
    "compose.yaml",
    `services:
  db: { image: db, container_name: "\${STACK:-x}-db", networks: { back: { ipv4_address: 10.0.0.2, priority: 1 } } }
  side:
    image: side
    network_mode: "service:db"
    volumes_from: ["db:ro"]
    links: ["db:database"]
    ports: [{ target: 443, published: "\${HTTPS:-443}" }]
    command: [run, "", last]
    devices: [{ source: /dev/x, target: /dev/y, permissions: r }]
    env_file: [{ path: missing.env, required: false }]
    environment: { FROM_DOTENV: , FROM_SHELL: }
    healthcheck: { test: [CMD, ask, ""], start_interval: 1s }
    volumes: [{ type: tmpfs, target: /t, tmpfs: { size: 1000 } }, { type: bind, source: ./c, target: /c, bind: { propagation: rslave } }]
networks: { back: { internal: true } }
volumes: { v: { driver: nfs } }
`,
  );
  home.write(".env", "FROM_DOTENV=1\nCOMPOSE_PROJECT_NAME=Proj.1\n");
  home.write("compose.override.yaml", "services: {}\n");
  await home.ok(["import", "compose.yaml"]);
  const manifest = parsed(home, "processes.yaml");
  const side = processOf(manifest, "side");
  const line = side.args.join(" ");
  for (const part of [
    "--network container:x-db",
    "--volumes-from x-db:ro",
    "--link x-db:database",
    "--publish 443:443",
    "--device /dev/x:/dev/y:r",
    "--tmpfs /t:size=1000",
    `--volume ${home.work}/c:/c:rslave`,
  ])
    assert.ok(line.includes(part), part);
  assert.equal(side.args.slice(-4), ["side", "run", "", "last"]);
  assert.equal(side.environment, { FROM_DOTENV: "1" });
  assert.equal(
    side.dependsOn.map(({ name }) => name),
    ["db"],
  );
  const db = processOf(manifest, "db");
  assert.ok(db.args.join(" ").includes("--name x-db --network proj1_back --ip 10.0.0.2"));
  assert.is(db.stop.command, "docker stop -t 10 x-db");
  const text = readFileSync(join(home.work, "processes.yaml"), "utf8");
  for (const told of [
    "missing.env is not there",
    "start_interval",
    "priority has no equal",
    '"internal":true',
    "volume v: ",
    "compose.override.yaml was not read",
  ])
    assert.ok(text.includes(told), told);
});

test("supervisord's programs, numbers, groups, quoting and %(ENV_X)s are understood", async () => {
  await using home = makeHome();
  copySamples(home);
  await home.ok(["import", "supervisord.conf"]);
  const manifest = parsed(home, "processes.yaml", { PATH: "/usr/bin" });
  const web = processOf(manifest, "web");
  assert.equal(web.args, ["-b", "0.0.0.0:80", "app:main", "--chdir", home.work]);
  assert.equal(
    [web.environment.URL, web.environment.USER_HOME, web.environment.PATH, web.environment.STAGE],
    ["http://x/%20", "/home/me/x", "/opt/bin:/usr/bin", "test"],
  );
  assert.is(revealSecrets(String(web.environment.SECRET_KEY), manifest.secrets), "a,b=c;d");
  assert.equal([web.restart.policy, web.restart.successCodes, web.restart.maxRestarts], ["on-failure", [0, 2], 5]);
  assert.equal([web.stop.signal, web.stop.timeoutMs, web.user, web.logs.maxFiles], ["SIGQUIT", 20_000, "www-data", 3]);
  assert.equal(processOf(manifest, "worker-01").args, ["worker.py", "--id", "01", "--pipe", "a|b"]);
  assert.is(processOf(manifest, "same").instances, 3);
  assert.equal(
    manifest.groups.map(({ processes }) => processes),
    [
      ["worker-00", "worker-01"],
      ["web", "worker-00", "worker-01"],
    ],
  );
});

test("systemd's units together: what runs before, dependencies, limits, timers and sockets", async () => {
  await using home = makeHome();
  copySamples(home);
  const units = ["api.service", "db.service", "cache.service", "backup.service", "backup.timer", "cache.socket"];
  await home.ok(["import", ...units, "--out", "units.yaml"]);
  const manifest = parsed(home, "units.yaml");
  const api = processOf(manifest, "api");
  assert.is(api.executable, 'exec /srv/api/bin/api --listen 0.0.0.0:80 --name api $EXTRA "--level=${LEVEL}"');
  assert.equal(
    api.dependsOn.map(({ name, condition, onLoss }) => [name, condition, onLoss]),
    [
      ["api-pre", "completed", "ignore"],
      ["db", "started", "ignore"],
      ["cache", "started", "stop"],
    ],
  );
  assert.equal(api.limits, { memoryBytes: 512 * 1024 * 1024, openFiles: 65536, cpu: 1.5, pids: 64 });
  assert.equal(
    [api.restart.delayMs, api.restart.factor, api.restart.maxRestarts, api.restart.windowMs, api.restart.successCodes],
    [5000, 1, 4, 30_000, [0, 143]],
  );
  assert.equal(
    [api.stop.signal, api.stop.timeoutMs, api.stop.command, api.reload?.signal],
    ["SIGINT", 90_000, "/srv/api/bin/stop $GHOST_PID; kill -INT $GHOST_PID || true", "SIGHUP"],
  );
  assert.equal([api.environment.GREETING, api.umask, api.nice, api.user], ["hello world", 0o27, 5, "www-data"]);
  assert.equal(processOf(manifest, "db").args, ["--price", "5$"]);
  assert.is(processOf(manifest, "backup").schedule?.cron, "30 2 * * MON-FRI");
  assert.equal(processOf(manifest, "cache").listen, { host: "127.0.0.1", port: 6000 });
});

test("a systemd unit after a one-shot waits for its end, after one with a readiness command until it is ready", async () => {
  await using home = makeHome();
  home.write("m.service", "[Service]\nType=oneshot\nExecStart=/bin/migrate\nRemainAfterExit=yes\n");
  home.write("t.service", "[Service]\nType=oneshot\nExecStart=/bin/t\n");
  home.write("t.timer", "[Timer]\nOnCalendar=daily\n");
  home.write(
    "db.service",
    "[Service]\nExecStart=/bin/db\nExecStartPost=/bin/sh -c 'until /bin/db-ready $$HOST; do sleep 2; done'\nTimeoutStartSec=30\n",
  );
  home.write("a.service", "[Unit]\nRequires=m.service db.service\nAfter=m.service db.service t.service\n[Service]\nExecStart=/bin/a\n");
  home.write("b.service", "[Unit]\nBindsTo=db.service\nAfter=db.service m.service\n[Service]\nExecStart=/bin/b\n");
  await home.ok(["import", "a.service", "b.service", "m.service", "db.service", "t.service", "t.timer", "--out", "u.yaml"]);
  const manifest = parsed(home, "u.yaml");
  const needs = (name: string) => processOf(manifest, name).dependsOn.map((each) => [each.name, each.condition, each.onLoss].join(" "));
  assert.equal(
    [needs("a").sort(), needs("b").sort()],
    [
      ["db healthy ignore", "m completed ignore"],
      ["db healthy stop", "m completed ignore"],
    ],
  );
  const { healthCheck } = processOf(manifest, "db");
  assert.equal(healthCheck?.probe, { kind: "exec", executable: "/bin/db-ready $HOST", args: [], shell: true });
  assert.equal([healthCheck?.periodMs, healthCheck?.startGraceMs], [2000, 30_000]);
  const text = readFileSync(join(home.work, "u.yaml"), "utf8");
  assert.match(commentBefore(text, /- name: a/), /After=t\.service: a timer runs it/);
  assert.match(text, /# systemd starts it even if m failed/);
});

test("what stops a systemd unit: a command with the signal after it, or a signal", async () => {
  await using home = makeHome();
  const stops: readonly (readonly [lines: string, signal: string, command: string | null])[] = [
    ["ExecStop=/bin/quit\nKillSignal=INT", "SIGINT", "/bin/quit; kill -INT $GHOST_PID || true"],
    [
      "ExecStop=-/bin/quit a\nExecStop=/bin/wait ${MAINPID}",
      "SIGTERM",
      '{ /bin/quit a || true; } && /bin/wait "$GHOST_PID"; kill -TERM $GHOST_PID || true',
    ],
    ["ExecStop=/bin/quit\nKillMode=none", "SIGTERM", "/bin/quit"],
    ["ExecStop=/bin/kill -s QUIT $MAINPID", "SIGQUIT", null],
    ["ExecStop=/usr/bin/kill -2 ${MAINPID}", "SIGINT", null],
    ["ExecStop=/bin/kill $MAINPID", "SIGTERM", null],
  ];
  for (const [lines, signal, command] of stops) {
    home.write("a.service", `[Service]\nExecStart=/bin/a\n${lines}\n`);
    await home.ok(["import", "a.service", "--out", "u.yaml", "--force"]);
    const { stop } = processOf(parsed(home, "u.yaml"), "a");
    assert.equal([stop.signal, stop.command], [signal, command], lines);
  }
});

test("what of a systemd unit has no equal is told, and the units of a user know their home", async () => {
  await using home = makeHome();
  const lines = [
    "[Unit]",
    "StartLimitInterval=60",
    "[Service]",
    "ExecStart=%h/bin/a --conf %E/a",
    "Restart=always",
    "RestartSec=1",
    "RestartSteps=4",
    "RestartMaxDelaySec=16",
    "LimitNOFILE=1024:4096",
    "MemoryMax=50%",
    "TasksMax=infinity",
    "Environment=A=1",
    "EnvironmentFile=a.env",
  ];
  const user = ".config/systemd/user";
  home.write(`${user}/w@1.service`, `${lines.join("\n")}\n`);
  home.write(`${user}/w@.service.d/x.conf`, "[Service]\nEnvironment=B=%i\n");
  await home.ok(["import", `${user}/w@1.service`, "--out", "u.yaml"]);
  const unit = processOf(parsed(home, "u.yaml"), "w-1");
  assert.equal([unit.executable, ...unit.args], [`${home.work}/bin/a`, "--conf", `${home.work}/.config/a`]);
  assert.equal([unit.workingDirectory, unit.environment], ["/home/me", { A: "1", B: "1" }]);
  const { delayMs, factor, maxDelayMs, maxRestarts, windowMs } = unit.restart;
  assert.equal([delayMs, factor, maxDelayMs, maxRestarts, windowMs], [1000, 2, 16_000, 4, 60_000]);
  assert.equal(unit.limits, { memoryBytes: null, openFiles: 1024, cpu: null, pids: null });
  const text = readFileSync(join(home.work, "u.yaml"), "utf8");
  for (const told of ["MemoryMax=50% ", "LimitNOFILE=1024:4096: the hard limit", "these files win over Environment="])
    assert.ok(text.includes(told), told);
});

test("what belongs to a file is read with it: supervisord's includes and systemd's drop-ins", async () => {
  await using home = makeHome();
  home.write("supervisor/supervisord.conf", "[supervisord]\n[include]\nfiles = %(here)s/conf.d/*.conf sites/*/*.ini\n");
  home.write("supervisor/sites/one/d.ini", "[program:d]\ncommand=sleep 4\ndirectory=here\n");
  home.write("supervisor/conf.d/b.conf", "[program:b]\ncommand=sleep 2\n");
  home.write("supervisor/conf.d/a.conf", "[program:a]\ncommand=sleep 1\ndirectory=%(here)s\n");
  home.write("supervisor/conf.d/c.txt", "[program:c]\ncommand=sleep 3\n");
  await home.ok(["import", "supervisor/supervisord.conf", "--out", "s.yaml"]);
  const { processes } = parsed(home, "s.yaml");
  assert.equal(
    processes.map(({ name, workingDirectory }) => [name, workingDirectory]),
    [
      ["a", join(home.work, "supervisor/conf.d")],
      ["b", join(home.work, "supervisor")],
      ["d", join(home.work, "supervisor/here")],
    ],
  );
  assert.match(
    readFileSync(join(home.work, "s.yaml"), "utf8"),
    /^# supervisord runs a program without `directory` .* for b if it was not\.$/m,
  );
  home.write("api.service", "[Service]\nExecStart=/bin/old\nEnvironment=A=1\nEnvironmentFile=-/etc/default/api\n");
  home.write("api.service.d/override.conf", "[Service]\nExecStart=\nExecStart=/bin/new\nEnvironment=B=2\n");
  await home.ok(["import", "api.service", "--out", "u.yaml"]);
  const api = processOf(parsed(home, "u.yaml"), "api");
  assert.equal([api.executable, api.environment], ["/bin/new", { A: "1", B: "2" }]);
  assert.match(commentBefore(readFileSync(join(home.work, "u.yaml"), "utf8"), /^\s+env_file:/), /does not start without it/);
});

test("a file that is there is not overwritten, unless --force says so; - is standard output", async () => {
  await using home = makeHome();
  copySamples(home);
  home.write("processes.yaml", "mine: yes\n");
  const refused = await home.ghost(["import", "Procfile"]);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /it is there already\nhint: .*--force/);
  assert.is(readFileSync(join(home.work, "processes.yaml"), "utf8"), "mine: yes\n");
  assert.match((await home.ok(["import", "Procfile", "--out", "-"])).stdout, /^# Made by `ghost import` from Procfile/);
  await home.ok(["import", "Procfile", "--force"]);
  assert.is(parsed(home, "processes.yaml").processes.length, 4);
});

test("--json tells what was made and every comment", async () => {
  await using home = makeHome();
  copySamples(home);
  const made = (await home.ok(["import", "supervisord.conf", "--json"])).json<{
    kind: string;
    processes: string[];
    variables: string[];
    notes: { process: string | null; text: string }[];
  }>();
  assert.equal([made.kind, made.processes, made.variables], ["supervisord", ["web", "worker-00", "worker-01", "same"], ["HOME", "PATH"]]);
  assert.ok(made.notes.some(({ process, text }) => process === "web" && text.includes("priority")));
});

test("what is no such file is refused with the remedy", async () => {
  await using home = makeHome();
  const refusals: readonly (readonly [name: string, text: string, message: RegExp])[] = [
    ["ecosystem.config.js", "module.exports = { apps: [] }", /declares no apps/],
    ["broken.config.js", "throw new Error('no luck')", /no luck/],
    ["endless.config.cjs", "module.exports = { apps: [{ script: 'a.js' }] }; setInterval(() => {}, 1000);", /^wrote/],
    ["dump.pm2", "[]", /holds no processes/],
    ["compose.yaml", "version: 3", /no `services`/],
    ["what.txt", "?", /cannot tell whose file/],
    ["supervisord.conf", "[supervisord]", /no \[program:…\]/],
    ["x.timer", "[Timer]", /it is no service/],
  ];
  for (const [name, text, message] of refusals) {
    home.write(name, text);
    const { stderr } = await home.ghost(["import", name, "--out", `${name}.yaml`]);
    assert.match(stderr.replace(/^error: /, ""), message, name);
  }
});

test.run();
