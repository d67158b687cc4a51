/**
 * What is written under fire. The nth write of a writer is always the same, so that what must be there after n acknowledged
 * writes can be told without a record: `model`.
 */
import { type Reply, show } from "../wire/reply.ts";

/** One sort of write. `id` keeps writers of one sort apart. */
export interface Kind {
  readonly name: string;
  /** Sent once before the first write. */
  readonly prepare?: (id: string) => readonly string[][];
  /** The commands of the nth write, from 1; it is acknowledged when the last of them is. */
  readonly write: (id: string, n: number) => readonly string[][];
  /** The questions that show what is there. */
  readonly read: (id: string) => readonly string[][];
  /** The answers to them, as `show` puts them, after n writes. */
  readonly model: (id: string, n: number) => readonly string[];
  /** Makes an answer independent of when it was given. */
  readonly seen?: (reply: Reply, nowMs: number) => string;
}

/** Keys or fields that a writer overwrites in turn. */
const PLACES = 7;
/** The nth expiry is so many seconds after this time, which is far ahead. */
const FAR_S = 4_000_000_000;

const places = Array.from({ length: PLACES }, (_, place) => place);
const bulk = (text: string | number | null): string => (text === null ? "null:bulk" : `"${text}"`);
/** The last write to a place, null when there was none. */
const lastAt = (place: number, n: number): number | null => {
  const last = n - ((((n - place) % PLACES) + PLACES) % PLACES);
  return last >= 1 ? last : null;
};
const rows = (n: number): string => (n === 0 ? "[[0,null]]" : `[[${n},${n}]]`);
const countRows = (table: string): string[] => ["GHOST.QUERY", `select count(*) as count, max(n) as last from ${table}`];
const insert = (table: string, n: number): string[] => ["GHOST.EXEC", `insert into ${table} values (?)`, `[${n}]`];
const create = (table: string): string[] => ["GHOST.EXEC", `create table if not exists ${table} (n integer primary key)`];
const publish = (id: string, n: number): string[] => ["GHOST.PUBLISH", `crash:${id}`, `${n}`, "PERSIST", "ID", `${id}-${n}`];
const rowsSeen = (reply: Reply): string =>
  reply.kind === "bulk" ? JSON.stringify((JSON.parse(reply.text) as { rows: unknown }).rows) : show(reply);

/** Keys, hashes, streams, transactions and times. */
export const KEY_KINDS: readonly Kind[] = [
  {
    name: "SET",
    write: (id, n) => [["SET", `set:${id}:${n % PLACES}`, `${n}`]],
    read: (id) => [["MGET", ...places.map((place) => `set:${id}:${place}`)]],
    model: (_, n) => [`[${places.map((place) => bulk(lastAt(place, n))).join(", ")}]`],
  },
  {
    name: "HSET",
    write: (id, n) => [["HSET", `hash:${id}`, `f${n % PLACES}`, `${n}`]],
    read: (id) => [["HMGET", `hash:${id}`, ...places.map((place) => `f${place}`)]],
    model: (_, n) => [`[${places.map((place) => bulk(lastAt(place, n))).join(", ")}]`],
  },
  {
    name: "INCR",
    write: (id) => [["INCR", `count:${id}`]],
    read: (id) => [["GET", `count:${id}`]],
    model: (_, n) => [bulk(n === 0 ? null : n)],
  },
  {
    name: "XADD",
    write: (id, n) => [["XADD", `stream:${id}`, `${n}-1`, "n", `${n}`]],
    read: (id) => [
      ["XLEN", `stream:${id}`],
      ["XREVRANGE", `stream:${id}`, "+", "-", "COUNT", "1"],
    ],
    model: (_, n) => [`:${n}`, n === 0 ? "[]" : `[["${n}-1", ["n", "${n}"]]]`],
  },
  {
    name: "MULTI",
    write: (id, n) => [
      ["MULTI"],
      ["SET", `multi:a:${id}`, `${n}`],
      ["HSET", `multi:b:${id}`, "f", `${n}`],
      ["XADD", `multi:c:${id}`, `${n}-1`, "n", "x"],
      ["INCR", `multi:d:${id}`],
      ["EXEC"],
    ],
    read: (id) => [
      ["GET", `multi:a:${id}`],
      ["HGET", `multi:b:${id}`, "f"],
      ["XLEN", `multi:c:${id}`],
      ["GET", `multi:d:${id}`],
    ],
    model: (_, n) => [bulk(n || null), bulk(n || null), `:${n}`, bulk(n || null)],
  },
  {
    // The message before is sent once more each time: its id must be known also after a crash.
    name: "PERSIST",
    write: (id, n) => [publish(id, n - 1), publish(id, n)].slice(n === 1 ? 1 : 0),
    read: (id) => [
      ["XLEN", `shared:channel:crash:${id}`],
      ["XREVRANGE", `shared:channel:crash:${id}`, "+", "-", "COUNT", "1"],
    ],
    model: (_, n) => [`:${n}`, n === 0 ? "[]" : `[[["data", "${n}"]]]`],
    seen: (reply) => show(reply).replace(/"\d+-\d+", /, ""),
  },
  {
    name: "EXPIREAT",
    prepare: (id) => [["SET", `time:${id}`, "v", "NX"]],
    write: (id, n) => [["EXPIREAT", `time:${id}`, `${FAR_S + n}`]],
    read: (id) => [["PTTL", `time:${id}`]],
    model: (_, n) => [n === 0 ? ":-1" : `${n}`],
    seen: (reply, nowMs) =>
      reply.kind === "integer" && reply.text !== "-1" ? String(Math.round((nowMs + Number(reply.text)) / 1000 - FAR_S)) : show(reply),
  },
  {
    name: "DEL",
    write: (id, n) => [n % 2 === 1 ? ["SET", `gone:${id}`, `${n}`] : ["DEL", `gone:${id}`]],
    read: (id) => [["GET", `gone:${id}`]],
    model: (_, n) => [bulk(n % 2 === 1 ? n : null)],
  },
];

/** SQL, each statement for itself, and in transactions. */
export const SQL_KINDS: readonly Kind[] = [
  {
    name: "GHOST.EXEC",
    prepare: (id) => [create(`single_${id}`)],
    write: (id, n) => [insert(`single_${id}`, n)],
    read: (id) => [countRows(`single_${id}`)],
    model: (_, n) => [rows(n)],
    seen: rowsSeen,
  },
  {
    name: "GHOST.TX",
    prepare: (id) => [create(`left_${id}`), create(`right_${id}`)],
    write: (id, n) => [["GHOST.TX", "BEGIN"], insert(`left_${id}`, n), insert(`right_${id}`, n), ["GHOST.TX", "COMMIT"]],
    read: (id) => [countRows(`left_${id}`), countRows(`right_${id}`)],
    model: (_, n) => [rows(n), rows(n)],
    seen: rowsSeen,
  },
];

const PLAN = '[{"name":"a","run":[1,1,1]}]';

/** Sagas of one step, each begun and ended at once. */
export const SAGA_KINDS: readonly Kind[] = [
  {
    name: "GHOST.SAGA",
    write: (id, n) => [
      ["MULTI"],
      ["GHOST.SAGA", "CLAIM", `crash${id}`, `${n}`, id, "60000", PLAN, `${n}`],
      ["GHOST.SAGA", "REPORT", `crash${id}`, `${n}`, "1", '{"step":"a","is":"done"}'],
      ["EXEC"],
    ],
    read: (id) => [
      ["GHOST.SAGA", "LIST", "NAME", `crash${id}`, "STATE", "done", "COUNT", "1"],
      ["GHOST.SAGA", "LIST", "NAME", `crash${id}`, "STATE", "running", "COUNT", "1"],
    ],
    model: (_, n) => [n === 0 ? "[]" : `"${n}" done 4 records`, "[]"],
    seen: (reply) => show(reply).replace(/^\[\[:\d+, "default", "crash\d+", ("\d+"), "(\w+)", :(\d+), .*$/, "$1 $2 $3 records"),
  },
];
