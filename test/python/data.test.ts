import * as assert from "uvu/assert";
import { serveHub } from "../hub/serving.ts";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { python } from "./python.ts";

const PYTHON = needs("python3");

test.unless(PYTHON, "keys hold what JSON can hold, expire, and are deleted", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  await python(
    home,
    `app = ghost.connect()
for value in ({"a": [1, 2.5, None, True]}, "text", 0, None, "ü", {"v": 1, "id": "x", "data": 5}):
    app.set("k", value)
    assert app.get("k", "none") == value, value
assert app.get("none") is None and app.get("none", 7) == 7
app.set("soon", 1, expiry="30m")
assert 0 < app.call("PTTL", "soon") <= 30 * 60000
app.call("SET", "other", "no json")
assert app.get("other") == "no json"
assert app.delete("k", "soon", "none") == 2 and app.delete() == 0
assert app.call("INCR", "visits") == 1 and app.call("MGET", "visits", "none") == [b"1", None]
assert "JSON" in fails("USAGE", lambda: app.set("k", {1, 2}))
fails("USAGE", lambda: app.set("k", float("nan")))
for wrong in ("10", "5 s", "-1s", "0s", 5, "1y"): fails("USAGE", lambda: app.set("k", 1, expiry=wrong))
app.call("HSET", "h", "a", "1")
fails("WRONG_TYPE", lambda: app.get("h"))
fails("FAILED", lambda: app.call("NONSENSE"))
assert app.call("PING") == "PONG"
app.set("half", {"a\\ud800": "\\ud800ü"})
assert app.get("half") == {"a\\ud800": "\\ud800ü"}
assert "Unicode" in fails("USAGE", lambda: app.set("\\ud800", 1))
app.delete("half")
assert "64 MiB" in fails("LIMIT_EXCEEDED", lambda: app.set("k", "x" * (65 * 1024 * 1024)))
`,
  );
  assert.is(await hub.ask("EXISTS", "k"), 0);
});

test.unless(PYTHON, "SQL takes parameters by position and by name, and keeps types, long integers and bytes among them", async () => {
  await using home = makeHome();
  await using _hub = await serveHub(home);
  await python(
    home,
    `app = ghost.connect()
app.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)")
assert app.execute("INSERT INTO t (a, b) VALUES (?, ?)", [2**63 - 1, bytes(range(256))]) == 1
assert app.execute("INSERT INTO t (a, b) VALUES (:a, :b)", {"a": 0.5, "b": None}) == 1
assert app.execute_batch([("INSERT INTO t (a, b) VALUES (:a, :b)", {"a": True, "b": "ü'"}), ("DELETE FROM t WHERE id = 99", None)]) == 1
assert app.query("SELECT a, b FROM t ORDER BY id") == [{"a": 2**63 - 1, "b": bytes(range(256))}, {"a": 0.5, "b": None}, {"a": 1, "b": "ü'"}]
assert app.query("SELECT 9e999 AS inf, count(*) AS n FROM t WHERE id IN (?, ?)", [1, 2]) == [{"inf": float("inf"), "n": 2}]
assert "no such table" in fails("SQL_FAILED", lambda: app.query("SELECT * FROM nowhere"))
fails("SQL_FAILED", lambda: app.execute_batch([("DELETE FROM t", None), ("nonsense", None)]))
assert app.query("SELECT count(*) AS n FROM t")[0]["n"] == 3
assert "datetime" in fails("USAGE", lambda: app.execute("SELECT ?", [__import__("datetime").datetime.now()]))
`,
  );
});

test.unless(PYTHON, "an integer beyond 64 bits is refused wherever it stands, and the connection goes on", async () => {
  await using home = makeHome();
  await using _hub = await serveHub(home);
  await python(
    home,
    `app = ghost.connect()
for fits in (2**63 - 1, -2**63):
    app.set("k", [fits])
    assert app.get("k") == [fits] and app.query("SELECT ? AS n", [fits]) == [{"n": fits}]
for long in (2**63, -2**63 - 1, 10**400, 10**5000):
    for send in (lambda: app.set("k", long), lambda: app.publish("c", {"a": [{"b": long}]}), lambda: app.query("SELECT ?", [long]),
                 lambda: app.execute("SELECT :n", {"n": long}), lambda: app.execute_batch([("SELECT ?", (long,))]), lambda: app.call("INCRBY", "i", long)):
        assert "beyond 64 bits" in fails("USAGE", send)
app.set("k", str(2**63))
assert app.get("k") == str(2**63)
assert "None" in fails("USAGE", lambda: app.get(None))
`,
  );
});

test.unless(PYTHON, "a token leads into the app's own namespace, a wrong one is refused, and shared: is everybody's", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  const token = (await home.ok(["hub", "token", "shop"])).stdout.trim();
  await python(home, `app = ghost.connect()\napp.set("mine", 1)\napp.set("shared:ours", 2)\napp.execute("CREATE TABLE t (a)")`, {
    GHOST_TOKEN: token,
  });
  assert.equal([await hub.ask("EXISTS", "mine"), await hub.ask("EXISTS", "shared:ours")], [0, 1]);
  await python(
    home,
    `fails("UNAUTHORIZED", lambda: ghost.connect(token="shop.wrong").get("a"))
fails("UNAUTHORIZED", lambda: ghost.connect(token="shop.wrong").subscribe("a"))
told = fails("UNAUTHORIZED", lambda: ghost.connect(token="wrong").set("a", 1))
assert told == "cannot log in to the hub: the token is not valid here", told`,
  );
});

test.unless(PYTHON, "metrics reach the hub, and without one are dropped at once and counted", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  const code = `app = ghost.connect()
app.increment("orders", country="de")
app.increment("orders", 2, country="de")
app.gauge("queue", 12)
app.latency("save", 3.5)
app.beat()
print(app.metrics_dropped)
`;
  assert.is((await python(home, code)).stdout, "0\n");
  const series = JSON.parse((await hub.ask("GHOST.METRICS")) as string) as { name: string; value: number; kind: string }[];
  const seen = series.map(({ name, kind, value }) => `${name} ${kind} ${value}`);
  assert.equal(seen, ["orders counter 3", "queue gauge 12", "save histogram 3.5"]);
  assert.is((await python(home, code, { GHOST_HUB: "/nowhere" })).stdout, "4\n");
});

test.unless(PYTHON, "metrics that the hub does not take end no program: they are counted, and told once for each name", async () => {
  await using home = makeHome();
  await using _hub = await serveHub(home);
  const code = `import decimal
class Bad:
    def __str__(self):
        raise ValueError("no text")
app = ghost.connect()
app.gauge("fine", decimal.Decimal("1.5"), shop="eu")
for value in (float("nan"), float("inf"), None, "x", True, Bad(), 10**400):
    app.gauge("odd", value)
app.increment("less", -1)
app.gauge("two words", 1)
app.gauge(None, 1)
app.gauge(Bad(), 1)
app.gauge("tags", 1, a=None)
app.gauge("tags", 1, a=Bad())
app.increment("fine", shop="eu")
print(app.metrics_dropped)
`;
  const lines = (await python(home, code)).stdout.trim().split("\n");
  assert.equal(
    lines.slice(0, -1).map((line) => (JSON.parse(line) as { message: string }).message),
    [
      'values of the metric "odd" are dropped: the value nan is no number',
      'values of the metric "less" are dropped: a counter only grows, and -1 is below 0',
      'values of the metric "two words" are dropped: "two words" is no name: letters, digits, _ . : / and -, a letter or _ first',
      'values of the metric "None" are dropped: cannot send None: it is neither a text nor bytes',
      'values of the metric "cannot be written: ValueError" are dropped: no text',
      'values of the metric "tags" are dropped: tags are a JSON object of texts, such as {"route":"/orders"}',
      'values of the metric "fine" are dropped: fine is a gauge, not a counter',
    ],
  );
  assert.is(lines.at(-1), "14");
});

test.unless(PYTHON, "a call waits for a hub that is away, as long as it may", async () => {
  await using home = makeHome();
  const refused = `assert "hub.sock" in fails("HUB_UNREACHABLE", lambda: ghost.connect().call("PING", patience=0.1))`;
  await python(home, refused);
  const waiting = python(home, `app = ghost.connect()\napp.set("k", 1)\nprint(app.get("k"))`);
  await using _hub = await serveHub(home);
  assert.is((await waiting).stdout, "1\n");
});

test.unless(PYTHON, "between two calls the hub may be restarted, and the process may fork", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await python(
    home,
    `import os, subprocess
app = ghost.connect()
app.set("k", 1)
subprocess.run(${JSON.stringify([...GHOST, "hub", "restart"])}, check=True, stdout=subprocess.DEVNULL)
assert app.get("k") == 1
child = os.fork()
if child == 0:
    os._exit(0 if all(app.call("INCR", "n") > 0 for _ in range(100)) else 1)
assert all(app.call("INCR", "n") > 0 for _ in range(100))
assert os.waitpid(child, 0)[1] == 0 and app.get("n") == 200
`,
  );
});

test.unless(PYTHON, "the configuration is what Ghost handed over, and logs are lines of JSON when supervised", async () => {
  await using home = makeHome();
  const code = `app = ghost.connect()
assert app.config["app"]["version"] == "1.0.0"
app.info("saved", id=7, who="Zoë")
app.error("odd", why=ValueError("x"))
app.debug("unseen")
`;
  const given = { GHOST_CONFIG: JSON.stringify({ app: { id: "py", version: "1.0.0" } }) };
  const lines = (await python(home, code, given)).stdout.trim().split("\n");
  const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const { time } of records) assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/);
  assert.equal(
    records.map(({ time: _, ...rest }) => rest),
    [
      { level: "info", message: "saved", id: 7, who: "Zoë" },
      { level: "error", message: "odd", why: "x" },
    ],
  );
  const text = await python(home, code, { ...given, GHOST_LOG_FORMAT: "text", GHOST_LOG_LEVEL: "error" });
  assert.match(text.stdout, /^\d\d:\d\d:\d\d error odd why=x\n$/);
});

test.unless(PYTHON, "the log takes whatever it is given, in JSON and for people, and raises nothing", async () => {
  await using home = makeHome();
  const program = `
class Bad:
    def __str__(self):
        raise ValueError("no text")
circle = []
circle.append(circle)
app = ghost.connect()
app.info("x\\ud800", half="é\\ud800", bad=Bad(), circle=circle, large=10**40, nan=float("nan"), keys={(1, 2): 3})
app.info(Bad())
print("end")
`;
  for (const format of ["json", "text"]) {
    const { stdout } = await python(home, program, { GHOST_LOG_FORMAT: format, GHOST_LOG_LEVEL: "no level" });
    const lines = stdout.trim().split("\n");
    assert.equal([lines.length, lines[2]], [3, "end"], stdout);
    if (format === "text") continue;
    const told = { half: "é?", bad: "cannot be written: ValueError", circle: "cannot be written: ValueError", nan: "nan" };
    const record = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    assert.equal([record.message, record.keys], ["x?", "cannot be written: TypeError"]);
    for (const [name, value] of Object.entries(told)) assert.is(record[name], value);
    assert.is((JSON.parse(lines[1] ?? "") as { message: string }).message, "cannot be written: ValueError");
  }
});

test.run();
