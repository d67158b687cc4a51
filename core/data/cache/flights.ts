import type { Kept } from "./local-cache.ts";

interface Flight {
  readonly answer: Promise<Kept | undefined>;
  /** False once the key was changed, or may have been, since the store was asked. */
  isValid: boolean;
}

/** Questions to the store that are under way, one for each key. */
export class Flights {
  private readonly byKey = new Map<string, Flight>();

  /** The answer to the question that is under way, or to a new one. `ask` is told whether its answer still holds. */
  join(key: string, ask: (isValid: () => boolean) => Promise<Kept | undefined>): Promise<Kept | undefined> {
    const known = this.byKey.get(key);
    if (known) return known.answer;
    const answer = ask(() => flight.isValid);
    const flight: Flight = { answer, isValid: true };
    this.byKey.set(key, flight);
    const land = (): void => {
      if (this.byKey.get(key) === flight) this.byKey.delete(key);
    };
    answer.then(land, land);
    return answer;
  }

  /** A change: what is under way for the key holds no more, and who comes now asks anew. */
  cancel(key: string): void {
    const flight = this.byKey.get(key);
    if (!flight) return;
    flight.isValid = false;
    this.byKey.delete(key);
  }

  cancelMatching(matches: (key: string) => boolean): void {
    for (const key of [...this.byKey.keys()]) if (matches(key)) this.cancel(key);
  }
}
