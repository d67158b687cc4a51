/** A binary heap: the first of its items is known at once, and found again in logarithmic time when it has changed. */
export class Heap<T> {
  readonly #items: T[];
  readonly #isBefore: (one: T, other: T) => boolean;

  constructor(items: readonly T[], isBefore: (one: T, other: T) => boolean) {
    this.#items = [...items];
    this.#isBefore = isBefore;
    for (let at = (this.#items.length >>> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first item may have a later place now. */
  firstChanged(): void {
    this.#sink(0);
  }

  removeFirst(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const items = this.#items;
    const item = items[from] as T;
    let at = from;
    for (let child = 2 * at + 1; child < items.length; child = 2 * at + 1) {
      const other = items[child + 1];
      const next = other !== undefined && this.#isBefore(other, items[child] as T) ? child + 1 : child;
      if (!this.#isBefore(items[next] as T, item)) break;
      items[at] = items[next] as T;
      at = next;
    }
    items[at] = item;
  }
}
