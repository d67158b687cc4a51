/** A map whose entries are walked in order of a rank. Additions mostly come in that order already, and then cost nothing more. */
export class Ordered<Value> {
  private map = new Map<string, Value>();
  private readonly rank: (value: Value) => string | number;
  private last: string | number | null = null;
  private isSorted = true;

  /** `rank`: of values; it must not change while the value is in the map. */
  constructor(rank: (value: Value) => string | number) {
    this.rank = rank;
  }

  get size(): number {
    return this.map.size;
  }

  get(key: string): Value | undefined {
    return this.map.get(key);
  }

  set(key: string, value: Value): void {
    this.map.delete(key);
    const rank = this.rank(value);
    if (this.map.size > 0 && this.last !== null && rank < this.last) this.isSorted = false;
    else this.last = rank;
    this.map.set(key, value);
  }

  /** Another value of the same rank in the place of one that is there. */
  replace(key: string, value: Value): void {
    this.map.set(key, value);
  }

  delete(key: string): boolean {
    return this.map.delete(key);
  }

  /** In order of rank; what is walked may be deleted meanwhile. */
  values(): IterableIterator<Value> {
    if (!this.isSorted) this.sort();
    return this.map.values();
  }

  private sort(): void {
    const { rank } = this;
    const sorted = [...this.map].sort(([, one], [, other]) => {
      const [left, right] = [rank(one), rank(other)];
      return left < right ? -1 : left > right ? 1 : 0;
    });
    this.map = new Map(sorted);
    this.isSorted = true;
    const last = sorted.at(-1);
    this.last = last ? rank(last[1]) : null;
  }
}
