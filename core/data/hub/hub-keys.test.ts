import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../errors/ghost-error.ts";
import type { KeyChange } from "../ports.ts";
import { hubError } from "./hub-errors.ts";
import { HubKeys } from "./hub-keys.ts";
import type { HubReply } from "./hub-link.ts";

/** Keys over a link that answers by the command's name, and what was sent. */
function keysOver(answers: Readonly<Record<string, HubReply | Error>>): { keys: HubKeys; sent: string[] } {
  const sent: string[] = [];
  const send = async (args: readonly (string | Uint8Array)[]): Promise<HubReply> => {
    sent.push(args.join(" "));
    const answer = answers[String(args[0])] ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { keys: new HubKeys({ send }), sent };
}

test("one change is one command, several are one transaction", async () => {
  const { keys, sent } = keysOver({ EXEC: [] });
  await keys.apply(new Map([["a", { text: "1", expiryMs: null }]]));
  await keys.apply(new Map([["a", { text: "1", expiryMs: 500 }]]));
  await keys.apply(new Map([["a", null]]));
  const lasting = { text: "1", expiryMs: null };
  await keys.apply(
    new Map([
      ["a", lasting],
      ["b", lasting],
    ]),
  );
  await keys.apply(
    new Map<string, KeyChange>([
      ["a", lasting],
      ["b", null],
      ["c", { text: "2", expiryMs: 9 }],
    ]),
  );
  assert.equal(sent, ["SET a 1", "SET a 1 PX 500", "DEL a", "MSET a 1 b 1", "MULTI", "SET c 2 PX 9", "SET a 1", "DEL b", "EXEC"]);
});

test("one command of a transaction that fails is its failure", async () => {
  const { keys } = keysOver({ EXEC: ["OK", new Error("OOM no room")] });
  const changes = new Map<string, KeyChange>([
    ["a", null],
    ["b", { text: "1", expiryMs: 5 }],
  ]);
  const error = await keys.apply(changes).catch((reason: unknown) => reason);
  assert.is((error as GhostError).code, "LIMIT_EXCEEDED");
});

test("versions and remaining times come from one turn", async () => {
  const { keys, sent } = keysOver({ "GHOST.GET": ["1", 7], PTTL: 250 });
  assert.equal(await keys.readWithVersion("a"), { text: "1", version: 7, expiresInMs: 250 });
  assert.equal(sent, ["GHOST.GET a", "PTTL a"]);
  assert.is((await keysOver({ "GHOST.GET": ["1", 7], PTTL: -1 }).keys.readWithVersion("a"))?.expiresInMs, null);
  assert.is(await keysOver({ "GHOST.GET": null, PTTL: -2 }).keys.readWithVersion("a"), undefined);
  assert.is(await keysOver({ "GHOST.GET": ["1", 7], PTTL: -2 }).keys.readWithVersion("a"), undefined);
});

test("a scan goes on until the cursor is back at 0", async () => {
  const pages: HubReply[] = [
    ["17", ["a", "b"]],
    ["5", []],
    ["0", ["c"]],
  ];
  const sent: string[] = [];
  const keys = new HubKeys({
    async send(args) {
      sent.push(args.join(" "));
      return pages.shift() ?? null;
    },
  });
  const found: string[] = [];
  for await (const key of keys.scan("x*")) found.push(key);
  assert.equal(found, ["a", "b", "c"]);
  assert.equal(sent, ["SCAN 0 MATCH x* COUNT 512", "SCAN 17 MATCH x* COUNT 512", "SCAN 5 MATCH x* COUNT 512"]);
});

const ERRORS: [string | Error, string, string][] = [
  ["WRONGTYPE Operation against a key", "WRONG_TYPE", "cannot get a: Operation against a key"],
  ["NOAUTH Authentication required.", "UNAUTHORIZED", "cannot get a: Authentication required."],
  ["SQL_FAILED cannot run the statement: no such table: t", "SQL_FAILED", "cannot run the statement: no such table: t"],
  ["SQL no such table: t", "SQL_FAILED", "cannot get a: no such table: t"],
  ["TX_EXPIRED cannot go on", "TX_EXPIRED", "cannot go on"],
  ["ERR syntax error", "FAILED", "cannot get a: syntax error"],
  ["LOADING the file is read", "HUB_UNREACHABLE", "cannot get a: the file is read"],
  [Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }), "HUB_UNREACHABLE", "cannot get a: connect ECONNREFUSED"],
  [new GhostError("TIMED_OUT", "as it is"), "TIMED_OUT", "as it is"],
];
for (const [given, code, message] of ERRORS) {
  test(`${given} is ${code}`, () => {
    const error = hubError(typeof given === "string" ? new Error(given) : given, "get a");
    assert.equal([error.code, error.message], [code, message]);
  });
}

test.run();
