/** What can be closed for a while, and opens again when it is used. */
export interface Parkable {
  park(): Promise<void>;
}

/**
 * Keeps a limited number of files open, however many are read beside each other: what is about to be used waits for a place, and the one that was
 * not used for longest gives its own up. Nobody may wait for a place while holding another, or all could wait for each other.
 */
export class OpenFiles {
  readonly #max: number;
  /** How many users each has just now. */
  readonly #busy = new Map<Parkable, number>();
  /** Open and not in use, the one that was not used for longest first. */
  readonly #idle = new Set<Parkable>();
  readonly #parking = new Map<Parkable, Promise<void>>();
  /** Being opened. */
  #opening = 0;
  readonly #waiting: (() => void)[] = [];

  /** `max`: files that are open at a time. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Does `work` while nobody parks `file`; where it was parked, `work` finds it so and has to open it. */
  async use<T>(file: Parkable, work: () => Promise<T>): Promise<T> {
    await this.#parking.get(file);
    while (!this.#busy.has(file) && !this.#idle.has(file) && this.#isFull()) await this.#makeRoom();
    this.#idle.delete(file);
    this.#busy.set(file, (this.#busy.get(file) ?? 0) + 1);
    try {
      return await work();
    } finally {
      this.#release(file);
    }
  }

  /** Opens something that is not known yet, and takes it in. */
  async open<T extends Parkable>(work: () => Promise<T | null>): Promise<T | null> {
    while (this.#isFull()) await this.#makeRoom();
    this.#opening += 1;
    try {
      const opened = await work();
      if (opened) this.#idle.add(opened);
      return opened;
    } finally {
      this.#opening -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** It is closed for good, or about to be. */
  forget(file: Parkable): void {
    this.#idle.delete(file);
    this.#waiting.shift()?.();
  }

  #isFull(): boolean {
    return this.#busy.size + this.#idle.size + this.#parking.size + this.#opening >= this.#max;
  }

  async #makeRoom(): Promise<void> {
    const [oldest] = this.#idle;
    if (!oldest) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#idle.delete(oldest);
    const parked = oldest.park();
    this.#parking.set(oldest, parked);
    try {
      await parked;
    } finally {
      this.#parking.delete(oldest);
      this.#waiting.shift()?.();
    }
  }

  #release(file: Parkable): void {
    const users = (this.#busy.get(file) ?? 1) - 1;
    if (users > 0) {
      this.#busy.set(file, users);
      return;
    }
    this.#busy.delete(file);
    this.#idle.add(file);
    this.#waiting.shift()?.();
  }
}
