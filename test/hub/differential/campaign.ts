import { quote } from "../wire/reply.ts";
import type { Family } from "./commands/family.ts";
import { CLIENTS, generate } from "./generate.ts";
import { type Difference, type Pair, runSequence } from "./run-sequence.ts";
import { type Finding, shrink } from "./shrink.ts";
import { showStep } from "./steps.ts";

/** After so many different findings a run ends: then there is enough to do. */
const FINDINGS_MAX = 40;
/** How much is shown of a reply, in characters. */
const SHOWN_CHARACTERS = 1_500;

/** What a campaign does. */
export interface CampaignOptions {
  /** At least so many commands are sent. */
  readonly commands: number;
  readonly seed: number;
  /** The number of the sequence to begin with; default 0. */
  readonly from?: number;
  /** Told of each new finding, and now and then of the progress. */
  readonly say?: (line: string) => void;
  /** Whether findings are shrunk, which may take half a minute each; default true. */
  readonly shrinking?: boolean;
  /** Families that commands are drawn from; default all. */
  readonly families?: readonly Family[];
  /** Findings after which it ends; default 40. */
  readonly findingsMax?: number;
}

/** What it came to. */
export interface Campaign {
  readonly commands: number;
  readonly sequences: number;
  /** One of each sort, shrunk. */
  readonly findings: readonly Finding[];
  /** How many sequences ended in a difference, the repeated ones too. */
  readonly differing: number;
}

/** Sends random sequences to both servers, and shrinks each sort of difference once. */
export async function campaign(
  pair: Pair,
  { commands, seed, from = 0, say = () => undefined, families, shrinking = true, findingsMax = FINDINGS_MAX }: CampaignOptions,
): Promise<Campaign> {
  const findings = new Map<string, Finding>();
  let [sent, number, differing] = [0, from, 0];
  for (; sent < commands && findings.size < findingsMax; number += 1) {
    const steps = generate(seed, number, families);
    const { differences, commands: more } = await runSequence(pair, steps, CLIENTS).catch((error: Error) => {
      throw new Error(`sequence ${number} of seed ${seed} cannot be run: ${error.message}\n${steps.map(showStep).join("\n")}`);
    });
    sent += more;
    if (number % 100 === 99) say(`${sent} commands in ${number - from + 1} sequences, ${findings.size} sorts of differences`);
    if (differences.length > 0) differing += 1;
    for (const difference of differences) {
      if (findings.has(sortOf(difference))) continue;
      const finding = shrinking ? await shrink(pair, { steps, difference }) : { steps, difference };
      findings.set(sortOf(difference), finding);
      say(describe(finding, seed, number));
    }
  }
  return { commands: sent, sequences: number - from, findings: [...findings.values()], differing };
}

/** A finding for people: the fewest steps that show it, and what each server said to the last. */
export function describe({ steps, difference }: Finding, seed: number, number: number): string {
  const { at, client, words, expected, got } = difference;
  return [
    "",
    `difference in sequence ${number} of seed ${seed} (npm run differential -- 1 ${seed} ${number}):`,
    ...steps.map((step, index) => `  ${index === at ? ">" : " "} ${showStep(step)}`),
    `  at client ${client}, ${words.map(shortWord).join(" ")}`,
    `    redis: ${cut(expected)}`,
    `    hub:   ${cut(got)}`,
  ].join("\n");
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`;
}

function shortWord(word: string): string {
  const text = /^[\w:.$*<>=~+-]+$/.test(word) ? word : quote(word);
  return text.length > 100 ? `${text.slice(0, 60)}…` : text;
}

/** Differences are of one sort when the same command gets the same sorts of answers. */
function sortOf({ words, expected, got }: Difference): string {
  const name = words[0]?.toUpperCase();
  const sub = /^(CLIENT|XGROUP|XINFO|COMMAND|CONFIG|PUBSUB)$/.test(name ?? "") ? words[1]?.toUpperCase() : "";
  // What is not there at all is one finding, whatever should have been the answer.
  const wanted = got.startsWith("-ERR unknown command") ? "" : shape(expected);
  return [name, sub, wanted, shape(got)].join(" ");
}

function shape(shown: string): string {
  return shown
    .replace(/"(?:[^"\\]|\\.)*"/g, "T")
    .replace(/\d+/g, "0")
    .replace(/'[^']*'/g, "'T'")
    .slice(0, 80);
}
