import { Random } from "../../rig/random.ts";
import { BUS } from "./commands/bus.ts";
import { CONNECTION } from "./commands/connection.ts";
import type { Choices, Draw, Family } from "./commands/family.ts";
import { GROUPS } from "./commands/groups.ts";
import { HASHES } from "./commands/hashes.ts";
import { KEYS } from "./commands/keys.ts";
import { STREAMS } from "./commands/streams.ts";
import { STRINGS } from "./commands/strings.ts";
import { TRANSACTIONS } from "./commands/transactions.ts";
import { mutate } from "./mutate.ts";
import type { Step } from "./steps.ts";

/** Clients of one sequence. */
export const CLIENTS = 4;
/** Steps of one sequence: enough to build something up, few enough to be read and shrunk. */
const STEPS = 100;
/** Everything there is. */
export const FAMILIES: readonly Family[] = [STRINGS, KEYS, HASHES, TRANSACTIONS, CONNECTION, BUS, STREAMS, GROUPS];
/** How much more often a sequence draws from the families that it is about. */
const THEME_WEIGHT = 12;
/** How often a draw is a whole scene. */
const SCENE = 0.12;

/** The sequence of this number in the run of this seed: always the same steps. Some clients begin by asking for RESP3. */
export function generate(seed: number, number: number, from: readonly Family[] = FAMILIES): Step[] {
  const random = new Random(seed * 1_000_003 + number * 7919);
  const theme = new Set(random.several(1, 3, () => random.pick(from)));
  const families = from.map((family) => [theme.has(family) ? THEME_WEIGHT : 1, family] as const);
  const steps = greetings(random);
  let id = 0;
  const nextId = (): string => `${(id += random.between(0, 2))}-${random.between(1, 3)}`;
  while (steps.length < STEPS) {
    const draw = { random, client: random.between(0, CLIENTS - 1), clients: CLIENTS, nextId };
    steps.push(...drawSteps(draw, random.weighted(families)));
  }
  return steps;
}

function greetings(random: Random): Step[] {
  const asking = Array.from({ length: CLIENTS }, (_, client) => client).filter(() => random.chance(0.4));
  return asking.map((client) => ({ kind: "command", client, words: ["HELLO", "3"] }));
}

function drawSteps(draw: Draw, { commands, scenes = [] }: Family): Step[] {
  if (scenes.length > 0 && draw.random.chance(SCENE)) return one(draw, scenes);
  return [{ kind: "command", client: draw.client, words: mutate(draw.random, one(draw, commands)) }];
}

function one<T>(draw: Draw, choices: Choices<T>): T {
  return draw.random.weighted(choices)(draw);
}
