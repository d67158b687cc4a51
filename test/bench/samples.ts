import type { ContenderName } from "./contenders/contender.ts";
import type { FigureId } from "./figures.ts";
import { type Summary, summarise } from "./statistics.ts";

/** How many children are between the two memory figures. */
const FURTHER_CHILDREN = 900;
/** Kilobytes in a megabyte, both decimal. */
const KB_PER_MB = 1000;

/** Collects what is measured, by figure and contender. */
export class Samples {
  private readonly values = new Map<string, number[]>();

  /** Adds measurements in the figure's unit. */
  add(figure: FigureId, contender: ContenderName, ...values: readonly number[]): void {
    const key = `${figure} ${contender}`;
    this.values.set(key, [...(this.values.get(key) ?? []), ...values]);
  }

  /** The summary of a figure, or null when it was not measured. */
  summary(figure: FigureId, contender: ContenderName): Summary | null {
    if (figure === "memory-per-child") return this.memoryPerChild(contender);
    return summarise(this.values.get(`${figure} ${contender}`) ?? []);
  }

  /** A slope between two medians, not a measurement of its own. */
  private memoryPerChild(contender: ContenderName): Summary | null {
    const [few, many] = [this.summary("memory-100", contender), this.summary("memory-1000", contender)];
    if (few === null || many === null) return null;
    return summarise([((many.median - few.median) / FURTHER_CHILDREN) * KB_PER_MB]);
  }
}
