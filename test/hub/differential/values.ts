/** The words that commands are made of: few keys, so that commands meet, and values at the edges of what a server must take. */
import type { Random } from "../../rig/random.ts";
import type { Word } from "./steps.ts";

/** Keys by what mostly is in them. A small Redis hash keeps the order of its fields; only in `hbig` may they be many or long. */
const STRINGS = ["s0", "s1", "s2", "n0", "n1"];
const HASHES = ["h0", "h1", "hbig"];
const STREAMS = ["x0", "x1", "x2"];
const ODD = ["", "a\x00b\r\nc", "\xff\xfe", "{tag}k", "k*?[", "K".repeat(300)];

/** Every key that a sequence may touch. */
export const ALL_KEYS: readonly string[] = [...STRINGS, ...HASHES, ...STREAMS, ...ODD];

/** How often a command gets a key that most likely holds another type. */
const WRONG_KEY = 0.07;

/** A key for commands on strings. */
export const stringKey = (random: Random): string => keyOf(random, STRINGS);
/** A key for commands on hashes. */
export const hashKey = (random: Random): string => keyOf(random, HASHES);
/** A key for commands on streams. */
export const streamKey = (random: Random): string => keyOf(random, STREAMS);
/** Any key. */
export const anyKey = (random: Random): string => random.pick(ALL_KEYS);

function keyOf(random: Random, keys: readonly string[]): string {
  return random.chance(WRONG_KEY) ? random.pick(ALL_KEYS) : random.pick(keys);
}

const SHORT_VALUES = [
  "",
  "0",
  "1",
  "-1",
  "10",
  "007",
  "+5",
  "-0",
  " 1",
  "1 ",
  "1.5",
  "1e3",
  "nan",
  "inf",
  "abc",
  "\x00",
  "\r\n",
  "caf\xc3\xa9",
  "\xff\x80",
  '"q" \\',
];
const HUGE_NUMBERS = [
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775806",
  "9223372036854775808",
  "-9223372036854775809",
  "18446744073709551615",
  "99999999999999999999999",
];

/** A value of at most 64 bytes: what a small hash takes in its stride. */
export function shortValue(random: Random): string {
  return random.weighted([
    [4, () => String(random.between(-20, 200))],
    [4, () => random.pick(SHORT_VALUES)],
    [1, () => random.pick(HUGE_NUMBERS)],
    [3, () => `v${random.between(0, 999)}`],
    [1, () => random.bytes(random.between(1, 40))],
  ])();
}

/** A value of any length up to 20,000 bytes. */
export function value(random: Random): string {
  if (random.chance(0.94)) return shortValue(random);
  return random.pick(["x".repeat(64), "y".repeat(65), random.bytes(500), "z".repeat(16_384), `${"w".repeat(20_000)}\r\n`]);
}

/** A whole number as a command's argument; now and then none at all. */
export function integer(random: Random): string {
  return random.weighted([
    [8, () => String(random.between(-5, 20))],
    [1, () => random.pick(HUGE_NUMBERS)],
    [1, () => notInteger(random)],
  ])();
}

/** What is no whole number, or not written as one. */
export function notInteger(random: Random): string {
  return random.pick(["abc", "", "1.5", " 1", "1 ", "+1", "-0", "00", "0x10", "1e2", "nan", "--1", "9223372036854775808", "1\x00"]);
}

/** A field of a hash or of an entry. */
export function field(random: Random): string {
  return random.weighted([
    [12, () => `f${random.between(0, 6)}`],
    [1, () => random.pick(["", "F0", "a b", "\x00\xff", "12", "-7"])],
  ])();
}

/** How long, in ms or s, a key lives that is not to expire while the sequence runs: long, or over at once, or not a time at all. */
export function longExpiry(random: Random, unit: "s" | "ms"): string {
  return random.weighted([
    [10, () => String(random.between(100, 100_000) * (unit === "s" ? 1 : 1000))],
    [1, () => random.pick(["0", "-1", "-100", "-9223372036854775808"])],
    [1, () => random.pick(["9223372036854775807", "9223372036854775", "9223372036854774", "92233720368547758", "1000000000000"])],
    [1, () => notInteger(random)],
  ])();
}

/** A point in time, far ahead or past. */
export function pointInTime(random: Random, unit: "s" | "ms"): Word {
  return random.weighted<() => Word>([
    [10, () => ({ now: unit, plus: random.between(100, 100_000) * (unit === "s" ? 1 : 1000) })],
    [2, () => ({ now: unit, plus: -random.between(2, 100) * (unit === "s" ? 1 : 1000) })],
    [1, () => random.pick(["0", "1", "-1", "9223372036854775807", "9223372036854775"])],
    [1, () => notInteger(random)],
  ])();
}

/** A channel to publish on. */
export const channel = (random: Random): string => random.pick(["c0", "c1", "news.art", "news.[x]", "", "n\x00w\xff", "ghost"]);
/** A glob for channels and keys: all that Redis' own matcher knows, and what it makes of broken ones. */
export const glob = (random: Random): string =>
  random.pick([
    "*",
    "c*",
    "c?",
    "c[0-9]",
    "c[^0]",
    "news.*",
    "news.\\[x\\]",
    "news.[[]x]",
    "[a-",
    "[",
    "\\",
    "**",
    "",
    "n?w*",
    "[c-a]?",
    "*0",
    "s[0-1]",
    "?0",
    "[^a",
    "h*g",
    "c\\0",
  ]);

/** The word as it is, in small letters, or mixed: commands and options know no case. */
export function anyCase(random: Random, word: string): string {
  return random.weighted([
    [6, () => word],
    [2, () => word.toLowerCase()],
    [1, () => [...word].map((letter) => (random.chance(0.5) ? letter.toLowerCase() : letter)).join("")],
  ])();
}
