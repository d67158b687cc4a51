/** Different errors of observers that are logged; whatever comes after so many is only dropped. */
const ERRORS_MAX = 100;

type Observer<T> = (value: T) => void;

/**
 * Whoever only looks on: is told, in turn, and cannot keep from happening what has begun. What an observer throws is logged
 * once, and the others are told all the same.
 */
export class Observers<T> {
  private readonly observers = new Set<Observer<T>>();
  private readonly errors = new Set<string>();
  private readonly log: (text: string) => void;

  constructor(log: (text: string) => void) {
    this.log = log;
  }

  /** Gives the function that ends it. */
  add(observer: Observer<T>): () => void {
    this.observers.add(observer);
    return () => void this.observers.delete(observer);
  }

  tell(value: T): void {
    for (const observer of this.observers) {
      try {
        observer(value);
      } catch (error) {
        this.note(error);
      }
    }
  }

  private note(error: unknown): void {
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    if (this.errors.size >= ERRORS_MAX || this.errors.has(message)) return;
    this.errors.add(message);
    this.log(`an error in what follows processes, which go on (told once): ${stack}`);
  }
}
