import type { Random } from "../../../rig/random.ts";
import type { Step, Word } from "../steps.ts";

/** What a command is drawn with. */
export interface Draw {
  readonly random: Random;
  /** Who sends it. */
  readonly client: number;
  /** How many clients there are. */
  readonly clients: number;
  /** An id for an entry that most likely is above all that a stream has. */
  nextId(): string;
}

/** Things to draw from, each with its weight. */
export type Choices<T> = readonly (readonly [weight: number, make: (draw: Draw) => T])[];

/** Commands that belong together: a sequence is mostly about a few families. */
export interface Family {
  readonly name: string;
  /** Single commands, right or wrong in themselves; some are made wrong afterwards (`mutate.ts`). */
  readonly commands: Choices<Word[]>;
  /** Several steps that only together make sense. They stay as they are. */
  readonly scenes?: Choices<Step[]>;
}

/** A step of one client that sends a command. */
export function command(client: number, ...words: Word[]): Step {
  return { kind: "command", client, words };
}

/** None, or these words: an option that is there with this probability. */
export function maybe<T extends Word>(random: Random, probability: number, make: () => T[]): T[] {
  return random.chance(probability) ? make() : [];
}
