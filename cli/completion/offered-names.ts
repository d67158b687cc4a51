/** A completion offers so many names: nobody looks at more. */
export const OFFERED_MAX = 200;
/** Where answers to requests go: nobody types them. */
const REPLIES = "_reply:";
/** What a shell could not pass on in one word. */
const UNFIT = /[\s\p{Cc}\uFFFD]/u;

/** Names that begin as they should, as many as are offered. */
export class OfferedNames {
  readonly prefix: string;
  private readonly names = new Set<string>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get isFull(): boolean {
    return this.names.size >= OFFERED_MAX;
  }

  /** Takes of them what may be offered. */
  add(names: readonly string[]): void {
    for (const name of names) {
      if (this.isFull) return;
      if (name.startsWith(this.prefix) && !name.startsWith(REPLIES) && name !== "" && !UNFIT.test(name)) this.names.add(name);
    }
  }

  sorted(): string[] {
    return [...this.names].sort();
  }
}
