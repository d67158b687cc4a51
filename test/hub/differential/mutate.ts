/** Makes commands wrong, or merely odd, in the ways in which people and programs do. */
import type { Random } from "../../rig/random.ts";
import type { Word } from "./steps.ts";
import { anyCase, notInteger, shortValue } from "./values.ts";

/** How often a command is changed. */
const CHANGED = 0.12;
/** Expiry and idle times from 1 to this many ms would pass while a sequence runs, at another moment on each server. */
const RACE_MS_MAX = 20_000;
const RACE_S_MAX = RACE_MS_MAX / 1000;

/** The command with the case of its name and options drawn, and now and then with a word too many, too few, twice, in another's place or broken. */
export function mutate(random: Random, words: readonly Word[]): readonly Word[] {
  const cased = words.map((word) => (typeof word === "string" && /^[A-Z]{2,20}$/.test(word) ? anyCase(random, word) : word));
  if (!random.chance(CHANGED)) return cased;
  const changed = change(random, cased);
  return isRacy(changed) || setsName(changed) ? cased : changed;
}

/** Redis 7.0 sets the name even where a later word of HELLO is refused, the hub, as Redis 7.2, does not. */
function setsName(words: readonly Word[]): boolean {
  return /^HELLO$/i.test(String(words[0])) && words.some((word) => /^SETNAME$/i.test(String(word)));
}

function change(random: Random, words: readonly Word[]): readonly Word[] {
  const at = random.between(1, Math.max(1, words.length - 1));
  return random.weighted<() => readonly Word[]>([
    [3, () => words.toSpliced(at, 1)],
    [2, () => words.toSpliced(at, 0, shortValue(random))],
    [2, () => (at < words.length ? words.toSpliced(at, 0, words[at]!) : words)],
    [2, () => (at + 1 < words.length ? words.toSpliced(at, 2, words[at + 1]!, words[at]!) : words)],
    [3, () => breakNumber(random, words)],
    [1, () => [...words, random.pick(["NX", "GET", "COUNT", "1", "", "BLOCK", "STREAMS"])]],
    [1, () => words.slice(0, 1)],
  ])();
}

function breakNumber(random: Random, words: readonly Word[]): readonly Word[] {
  const numbers = words.flatMap((word, index) => (typeof word === "string" && /^-?\d+$/.test(word) ? [index] : []));
  return numbers.length === 0 ? words : words.with(random.pick(numbers), notInteger(random));
}

/** True when the outcome would depend on when exactly it runs. */
export function isRacy(words: readonly Word[]): boolean {
  const texts = words.map((word) => (typeof word === "string" ? word.toUpperCase() : ""));
  const soon = (text: string | undefined, max: number): boolean => /^\d+$/.test(text ?? "") && Number(text) >= 1 && Number(text) <= max;
  const after = (option: string, max: number): boolean => texts.some((text, at) => text === option && soon(texts[at + 1], max));
  switch (texts[0]) {
    case "SET":
    case "GETEX":
      return after("PX", RACE_MS_MAX) || after("EX", RACE_S_MAX);
    case "SETEX":
    case "EXPIRE":
      return soon(texts[2], RACE_S_MAX);
    case "PEXPIRE":
      return soon(texts[2], RACE_MS_MAX);
    case "XCLAIM":
    case "XAUTOCLAIM":
      return soon(texts[4], RACE_MS_MAX);
    case "XPENDING":
      return after("IDLE", RACE_MS_MAX);
    case "CLIENT":
      // Each server would name its own id in the error.
      return typeof words[1] === "object";
    case "XADD":
    case "XTRIM":
      return texts.some((text, at) => text === "~" && texts[at + 1] !== "100000");
    default:
      return false;
  }
}
