import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import "../commands/connection.ts";
import "../commands/hashes.ts";
import "../commands/keys.ts";
import "../commands/strings.ts";
import "../commands/transactions.ts";
import "../commands/bus.ts";
import "../commands/clients.ts";
import type { DaemonDoor } from "../daemon-door.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { SqlGateway } from "../sql/gateway.ts";
import type { Client, ClientSocket } from "./client.ts";
import { Hub } from "./hub.ts";
import { CLIENT_LIMITS } from "./limits.ts";

/** A hub without doors, on a file of its own. */
interface Rig extends Disposable {
  readonly hub: Hub;
  readonly keyspace: Keyspace;
  readonly faults: unknown[];
}

/** A client's end: what it was sent, and whether it was hung up. */
interface End {
  readonly client: Client | null;
  readonly socket: ClientSocket;
  said: string;
  /** So many bytes more its socket takes. */
  takes: number;
  isPaused: boolean;
  isEnded: boolean;
}

async function makeRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "hub-"));
  const keyspace = await Keyspace.open(join(folder, "hub.db"));
  const faults: unknown[] = [];
  const hub = new Hub({
    keyspace,
    sql: {} as SqlGateway,
    version: "0",
    identify: () => null,
    daemon: {} as DaemonDoor,
    fatal: (error) => faults.push(error),
  });
  return {
    hub,
    keyspace,
    faults,
    [Symbol.dispose]() {
      hub.close();
      keyspace.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function enter(hub: Hub): End {
  const end: { -readonly [Key in keyof End]: End[Key] } = {
    client: null,
    socket: {} as ClientSocket,
    said: "",
    takes: Infinity,
    isPaused: false,
    isEnded: false,
  };
  const hangUp = (): void => {
    end.isEnded = true;
  };
  end.socket = {
    write(bytes) {
      const taken = Math.min(bytes.length, end.takes);
      end.takes -= taken;
      end.said += Buffer.from(bytes.subarray(0, taken)).toString("latin1");
      return taken;
    },
    end: hangUp,
    terminate: hangUp,
    pause() {
      end.isPaused = true;
    },
    resume() {
      end.isPaused = false;
    },
  };
  end.client = hub.accept(end.socket, "test:0", true);
  return end;
}

function say({ hub }: Rig, end: End, ...lines: string[]): void {
  hub.receive(end.client as Client, Buffer.from(lines.map((line) => `${line}\r\n`).join("")));
}

/** Until the turn is over. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

function breakCommit({ keyspace }: Rig): void {
  const { db } = keyspace;
  const commit = db.commit.bind(db);
  db.commit = () => {
    db.commit = commit;
    db.rollback();
    throw new Error("disk full");
  };
}

test("one client too many is told so and hung up, and there is room when another goes", async () => {
  using rig = await makeRig();
  const ends = Array.from({ length: CLIENT_LIMITS.clientsMax }, () => enter(rig.hub));
  assert.ok(ends.every(({ client }) => client !== null));
  const refused = enter(rig.hub);
  assert.equal([refused.client, refused.said, refused.isEnded], [null, "-ERR max number of clients reached\r\n", true]);
  rig.hub.gone(ends[5]?.client as Client);
  const next = enter(rig.hub);
  say(rig, next, "PING");
  assert.is(next.said, "+PONG\r\n");
});

test("when the disk says no, each command of the turn that had a reply gets an error, and others are answered", async () => {
  using rig = await makeRig();
  const [writer, quiet, other] = [enter(rig.hub), enter(rig.hub), enter(rig.hub)];
  breakCommit(rig);
  say(rig, writer, "SET k 1", "GET k", "MULTI", "SET k 2", "EXEC");
  say(rig, quiet, "CLIENT REPLY OFF", "SET q 1", "SET q 2", "CLIENT REPLY ON", "CLIENT REPLY SKIP", "SET q 3", "GET q");
  say(rig, other, "PING");
  assert.equal([writer.said, quiet.said, other.said], ["", "", "+PONG\r\n"]);
  await turn();
  const refusal = "-IOERR cannot write: disk full\r\n";
  assert.is(writer.said, refusal.repeat(5));
  // That of ON, and that of GET.
  assert.is(quiet.said, refusal.repeat(2));
  writer.said = quiet.said = "";
  say(rig, writer, "GET k", "SET k 3");
  say(rig, quiet, "GET q");
  await turn();
  assert.equal([writer.said, quiet.said], ["$-1\r\n+OK\r\n", "$-1\r\n"]);
  assert.equal(rig.faults, []);
});

test("a command that the disk stops half way takes its whole turn with it", async () => {
  using rig = await makeRig();
  const end = enter(rig.hub);
  const { db } = rig.keyspace;
  const run = db.run.bind(db);
  let inserts = 0;
  db.run = (sql, params) => {
    if (sql.startsWith("INSERT INTO fields") && ++inserts === 2) throw Object.assign(new Error("no room"), { code: "NO_SPACE" });
    return run(sql, params);
  };
  say(rig, end, "MULTI", "SET k 1", "HSET h a 1 b 2", "EXEC");
  await turn();
  assert.is(end.said, "-NO_SPACE cannot write: no room\r\n".repeat(4));
  end.said = "";
  say(rig, end, "EXISTS k h", "HGETALL h", "HSET h a 1 b 2");
  await turn();
  assert.is(end.said, ":0\r\n*0\r\n:2\r\n");
  assert.equal(rig.faults, []);
});

test("a message that a write's client is sent meanwhile is not taken for a reply", async () => {
  using rig = await makeRig();
  const [end, publisher] = [enter(rig.hub), enter(rig.hub)];
  say(rig, end, "HELLO 3", "SUBSCRIBE c");
  await turn();
  end.said = "";
  breakCommit(rig);
  say(rig, end, "SET k 1");
  say(rig, publisher, "PUBLISH c hello");
  await turn();
  assert.is(end.said, "-IOERR cannot write: disk full\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n");
});

test("a socket that takes bytes again gets them, though a turn is open that has more for it", async () => {
  using rig = await makeRig();
  const [reader, publisher] = [enter(rig.hub), enter(rig.hub)];
  say(rig, reader, "SUBSCRIBE c");
  reader.said = "";
  reader.takes = 10;
  say(rig, publisher, "PUBLISH c first");
  await turn();
  assert.is(reader.said.length, 10);
  say(rig, publisher, "PUBLISH c second");
  reader.takes = Infinity;
  rig.hub.drained(reader.client as Client);
  assert.match(reader.said, /first\r\n$/);
  await turn();
  assert.match(reader.said, /first\r\n.*second\r\n$/s);
});

test("what a client sent may be overwritten once it was received, also what waits for it to read", async () => {
  using rig = await makeRig();
  const end = enter(rig.hub);
  say(rig, end, `SET long ${"x".repeat(60_000)}`);
  await turn();
  end.said = "";
  end.takes = 0;
  const room = Buffer.from(`${"GET long\r\n".repeat(30)}ECHO last\r\nECHO un`);
  rig.hub.receive(end.client as Client, room);
  room.fill(0);
  assert.ok(end.client?.isFull);
  end.takes = Infinity;
  for (let round = 0; round < 3; round++) {
    rig.hub.drained(end.client as Client);
    await turn();
  }
  rig.hub.receive(end.client as Client, Buffer.from("ended\r\n"));
  assert.match(end.said, /x\r\n\$4\r\nlast\r\n\$7\r\nunended\r\n$/);
});

test("who ends sending while its next commands are about to be run gets all replies, and then the end", async () => {
  using rig = await makeRig();
  const end = enter(rig.hub);
  say(rig, end, `SET long ${"x".repeat(60_000)}`);
  await turn();
  end.said = "";
  end.takes = 0;
  say(rig, end, ...Array.from({ length: 30 }, () => "GET long"), "ECHO last");
  end.takes = Number.POSITIVE_INFINITY;
  rig.hub.drained(end.client as Client);
  rig.hub.ended(end.client as Client);
  for (let round = 0; round < 3; round++) await turn();
  assert.match(end.said, /x\r\n\$4\r\nlast\r\n$/);
  assert.is(end.said.split("$60000").length, 31);
  assert.ok(end.isEnded);
});

test("who sends very many commands at once keeps nobody waiting, is not read from meanwhile, and gets all replies", async () => {
  using rig = await makeRig();
  const [flooder, other] = [enter(rig.hub), enter(rig.hub)];
  const commands = 30_000;
  rig.hub.receive(flooder.client as Client, Buffer.from("HSET hash field value\r\n".repeat(commands)));
  assert.ok(flooder.client?.isBehind && flooder.isPaused);
  say(rig, other, "PING");
  assert.is(other.said, "+PONG\r\n");
  let turns = 0;
  for (; flooder.isPaused; turns++) await turn();
  await turn();
  assert.ok(turns > 2, `${turns} turns`);
  assert.is(flooder.said.length, commands * ":1\r\n".length);
  assert.not(flooder.client.isBehind);
});

test.run();
