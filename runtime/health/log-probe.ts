import type { Pattern } from "../../core/health/pattern.ts";
import { compilePattern } from "../../core/health/pattern.ts";
import { said } from "../../core/health/words.ts";
import type { LogTail } from "./log-tail.ts";
import { type Answer, failure, type Prober } from "./prober.ts";

/** Characters of a line that the pattern is tried on. */
const LINE_CHARACTERS_MAX = 16_384;

/** Looks in a run's output for a line that matches. What was seen once stands for the rest of the run. */
export class LogProbe implements Prober {
  readonly timed = false;
  readonly unhurried = true;
  readonly once = true;
  readonly #source: () => string;
  readonly #tails: readonly LogTail[];
  #pattern: Pattern | null = null;

  /** `source` may throw. */
  constructor(source: () => string, tails: readonly LogTail[]) {
    this.#source = source;
    this.#tails = tails;
  }

  async ask(): Promise<Answer> {
    try {
      const source = this.#source();
      this.#pattern ??= await compilePattern(source);
      const turns = await Promise.all(this.#tails.map((tail) => tail.read()));
      const line = turns.flatMap(({ lines }) => lines).find((each) => this.#pattern?.matches(each.slice(0, LINE_CHARACTERS_MAX)));
      if (line !== undefined) return { ok: true, detail: `it wrote "${said(line)}"` };
      return { ok: false, detail: `no line matches ${source}`, more: turns.some(({ more }) => more) };
    } catch (error) {
      return failure((error as Error).message);
    }
  }
}
