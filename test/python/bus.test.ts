import * as assert from "uvu/assert";
import { serveHub } from "../hub/serving.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { python, pythonBeside } from "./python.ts";

const PYTHON = needs("python3");

test.unless(PYTHON, "messages come in a loop and to a handler, in Ghost's envelope; what others send is plain data", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using listener = await hub.talk();
  await listener.ask("SUBSCRIBE", "orders");
  await python(
    home,
    `app, seen = ghost.connect(), []
app.subscribe("o*", lambda message: seen.append(message))
orders = app.subscribe("orders")
assert app.publish("orders", {"id": 7, "who": "Zoë"}, expiry="10s") == 3
message = orders.next("5s")
assert (message.channel, message.data, message.sender) == ("orders", {"id": 7, "who": "Zoë"}, "py"), vars(message)
assert message.expires_at - message.sent_at == 10000 and message.id
app.call("PUBLISH", "orders", "plain")
app.publish("orders", b"\\x00\\xff")
assert [next(iter(orders)).data, orders.next("5s").data] == ["plain", b"\\x00\\xff"]
assert orders.next("20ms") is None
while len(seen) < 3: time.sleep(0.01)
assert [each.data for each in seen] == [{"id": 7, "who": "Zoë"}, "plain", b"\\x00\\xff"]
orders.close()
assert orders.next() is None and list(orders) == []
`,
  );
  const [, , payload] = (await listener.next()) as string[];
  const { v, from, data } = JSON.parse(Buffer.from(payload as string, "latin1").toString()) as Record<string, unknown>;
  assert.equal([v, from, data], [1, "py", { id: 7, who: "Zoë" }]);
});

test.unless(PYTHON, "a loop that waits is ended from another thread, and a handler that fails ends nothing", async () => {
  await using home = makeHome();
  await using _hub = await serveHub(home);
  const { stdout } = await python(
    home,
    `app, seen = ghost.connect(), []
def handle(message):
    if message.data == 1: raise ValueError("no ones")
    seen.append(message.data)
app.subscribe("a", handle)
for number in (1, 2): app.publish("a", number)
while not seen: time.sleep(0.01)
waiting = app.subscribe("b")
threading.Timer(0.05, waiting.close).start()
assert list(waiting) == [] and seen == [2]
`,
  );
  const told = JSON.parse(stdout.split("\n").find((line) => line.includes("no ones")) ?? "{}") as Record<string, string>;
  assert.equal([told.message, told.error], ["cannot handle a message of a: no ones", "ValueError"]);
  assert.match(told.stack ?? "", /^Traceback.+line \d+, in handle\n.*ValueError: no ones\n$/s);
});

test.unless(PYTHON, "a message that has expired is dropped and counted", async () => {
  await using home = makeHome();
  await using _hub = await serveHub(home);
  await python(
    home,
    `app = ghost.connect()
news = app.subscribe("news")
app.call("PUBLISH", "news", json.dumps({"v": 1, "id": "1", "ts": 1, "exp": 2, "from": "x", "data": "old"}))
app.publish("news", "new")
assert news.next("5s").data == "new" and news.expired == 1
`,
  );
});

test.unless(
  PYTHON,
  "a request is answered, fails at once where nobody listens, in time where nobody answers, and as its responder fails",
  async () => {
    await using home = makeHome();
    await using _hub = await serveHub(home);
    const { stdout } = await python(
      home,
      `app = ghost.connect()
def price(request):
    if request.data == "pears": raise ghost.GhostError("NOT_FOUND", "cannot find pears")
    return {"apples": 4.5}[request.data]
app.respond("prices", price)
assert app.request("prices", "apples") == 4.5
assert fails("NOT_FOUND", lambda: app.request("prices", "pears")) == "cannot find pears"
assert fails("FAILED", lambda: app.request("prices", "plums")) == "KeyError('plums')"
assert "nobody listens" in fails("NO_RESPONDERS", lambda: app.request("nobody", 1, timeout="10m"))
app.subscribe("silent", lambda message: None)
fails("TIMED_OUT", lambda: app.request("silent", 1, timeout="50ms"))
answers = []
threads = [threading.Thread(target=lambda: answers.append(app.request("prices", "apples"))) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert answers == [4.5] * 8
`,
    );
    assert.match(stdout, /cannot answer a request to prices: KeyError\('plums'\)".+Traceback.+in price\\n/);
    assert.not.match(stdout, "cannot find pears");
  },
);

test.unless(PYTHON, "ghost bus asks a Python program, and a Python program consumes what ghost bus kept", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using responder = pythonBeside(
    home,
    `app = ghost.connect()
app.respond("double", lambda request: {"double": request.data["n"] * 2})
print("ready")
time.sleep(60)
`,
  );
  await responder.saw("ready");
  assert.equal((await home.ok(["bus", "request", "double", '{"n":21}', "--json"])).json<{ data: unknown }>().data, { double: 42 });
  await home.ok(["bus", "pub", "mails", '{"to":"ada"}', "--persist"]);
  await python(home, `assert next(ghost.connect().consume("mails", "senders")).data == {"to": "ada"}`);
});

test.unless(PYTHON, "a subscription goes on when the hub was killed and is back, and says that messages may be lost", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  using listener = pythonBeside(
    home,
    `subscription = ghost.connect().subscribe("news")
print("ready")
for message in subscription: print("got", message.data, subscription.lost)
`,
  );
  await listener.saw("ready");
  assert.is(await first.ask("PUBLISH", "news", "one"), 1);
  await listener.saw("got one 0");
  await first.ask("GHOST.PUBLISH", "news", "kept");
  await listener.saw("got kept 0");
  await first.kill();
  await using second = await serveHub(home);
  await waitFor(async () => (await second.ask("PUBLISH", "news", "two")) === 1, { what: "the subscription to be made again" });
  await listener.saw("got two -1");
  assert.match(listener.said(), '"level": "warn"');
});

test.unless(PYTHON, "a subscription whose connection alone was lost gets what was sent meanwhile", async () => {
  await using home = makeHome();
  await using _hub = await serveHub(home);
  await python(
    home,
    `app = ghost.connect()
news = app.subscribe("news")
app.publish("news", 1)
assert news.next("5s").data == 1
news._wire.close()
for number in (2, 3): app.publish("news", number)
assert [news.next("5s").data, news.next("5s").data, news.lost] == [2, 3, 0]
`,
  );
});

test.unless(
  PYTHON,
  "persistent messages come again until they are acknowledged, then go to the dead letters; one id is kept once",
  async () => {
    await using home = makeHome();
    await using hub = await serveHub(home);
    await python(
      home,
      `app = ghost.connect()
place = app.publish_persistent("mails", {"to": "ada"}, retention="1h", id="a")
assert app.publish_persistent("mails", {"to": "ada"}, id="a") == place
app.publish_persistent("mails", {"to": "bob"})
mails = app.consume("mails", "senders", delivery_limit=2)
ada, bob = next(mails), next(mails)
assert (ada.data, ada.deliveries, bob.data) == ({"to": "ada"}, 1, {"to": "bob"})
assert ada.ack() == 1 and ada.ack() == 0
bob.nak("1ms")
again = next(mails)
assert (again.data, again.deliveries) == ({"to": "bob"}, 2)
again.nak("1ms")
time.sleep(0.002)
app.publish_persistent("mails", "next")
assert next(mails).data == "next"
assert next(app.consume("mails:dead", "undertaker")).data == {"to": "bob"}
`,
    );
    assert.is(await hub.ask("XLEN", "shared:channel:mails:dead"), 1);
  },
);

test.unless(PYTHON, "a consumer that waits goes on when the hub is back", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  using consumer = pythonBeside(
    home,
    `app = ghost.connect()
print("ready")
for mail in app.consume("mails", "senders"): print("got", mail.data, mail.ack())
`,
  );
  await consumer.saw("ready");
  await first.ask("GHOST.PUBLISH", "mails", "one", "PERSIST");
  await consumer.saw("got one 1");
  await first.kill();
  await using second = await serveHub(home);
  await second.ask("GHOST.PUBLISH", "mails", "two", "PERSIST");
  await consumer.saw("got two 1");
});

test.unless(PYTHON, "who is cut off by the hub is told why when it is connected again, and is known to it by its name", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using app = pythonBeside(
    home,
    `app = ghost.connect()
big = app.subscribe("big")
print("ready")
while big.next().data != "end": pass
print("ended")
`,
  );
  await app.saw("ready");
  await hub.ask("PUBLISH", "big", "x".repeat(40 * 1024 * 1024));
  await app.saw("the hub had cut this app off, and it is connected again: it left ");
  await waitFor(async () => (await hub.ask("PUBLISH", "big", '"end"')) === 1, { what: "the subscription" });
  await app.saw("ended");
  assert.match(hub.errors(), /^cut off the client py at \S+: it left \S+ MiB of messages unread, and a subscriber may leave 32 MiB/m);
});

test.run();
