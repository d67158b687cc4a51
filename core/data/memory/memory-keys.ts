import { sum } from "../counter.ts";
import type { KeyChange, KeyPort, StoredText } from "../ports.ts";
import { scanMatcher } from "../spaces.ts";

interface Entry {
  readonly text: string;
  readonly version: number;
  /** By the clock; null: it stays. */
  readonly expiresAtMs: number | null;
}

/** Each write looks at as many other keys whether their time is over, so that expired ones cost nothing after a while. */
const SWEPT_PER_WRITE = 3;

/** Keys in this process's memory, gone with it. `now` is in milliseconds and must not go back. */
export class MemoryKeys implements KeyPort {
  private readonly entries = new Map<string, Entry>();
  private readonly now: () => number;
  private version = 0;
  private sweep: Iterator<[string, Entry]>;

  constructor(now: () => number) {
    this.now = now;
    this.sweep = this.entries.entries();
  }

  /** Keys that are kept, expired ones that were not yet looked at among them. */
  get size(): number {
    return this.entries.size;
  }

  async read(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.find(key)?.text);
  }

  async readWithVersion(key: string): Promise<StoredText | undefined> {
    const entry = this.find(key);
    return (
      entry && {
        text: entry.text,
        version: entry.version,
        expiresInMs: entry.expiresAtMs === null ? null : entry.expiresAtMs - this.now(),
      }
    );
  }

  async apply(changes: ReadonlyMap<string, KeyChange>): Promise<void> {
    for (const [key, change] of changes) this.put(key, change);
  }

  async remove(keys: readonly string[]): Promise<number> {
    const found = keys.filter((key) => this.find(key) !== undefined);
    for (const key of found) this.entries.delete(key);
    return found.length;
  }

  async writeIfVersion(key: string, change: NonNullable<KeyChange>, version: number): Promise<number | undefined> {
    return (this.find(key)?.version ?? 0) === version ? this.put(key, change) : undefined;
  }

  async add(key: string, by: number): Promise<number> {
    const entry = this.find(key);
    const total = sum(key, entry?.text, by);
    this.store(key, String(total), entry?.expiresAtMs ?? null);
    return total;
  }

  async *scan(pattern: string): AsyncGenerator<string, void, undefined> {
    const isWanted = scanMatcher(pattern);
    for (const key of this.entries.keys()) if (this.find(key) && isWanted(key)) yield key;
  }

  async close(): Promise<void> {
    this.entries.clear();
  }

  private put(key: string, change: KeyChange): number {
    if (change) return this.store(key, change.text, change.expiryMs === null ? null : this.now() + change.expiryMs);
    this.entries.delete(key);
    return 0;
  }

  private store(key: string, text: string, expiresAtMs: number | null): number {
    this.version++;
    this.entries.set(key, { text, version: this.version, expiresAtMs });
    this.sweepOn();
    return this.version;
  }

  private find(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (!entry || !this.isOver(entry)) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private isOver({ expiresAtMs }: Entry): boolean {
    return expiresAtMs !== null && expiresAtMs <= this.now();
  }

  private sweepOn(): void {
    for (let looked = 0; looked < SWEPT_PER_WRITE; looked++) {
      const { done, value } = this.sweep.next();
      if (done) {
        this.sweep = this.entries.entries();
        return;
      }
      if (this.isOver(value[1])) this.entries.delete(value[0]);
    }
  }
}
