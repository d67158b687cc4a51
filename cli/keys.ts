import { PassThrough } from "node:stream";

/** What was typed before a question is over when nothing came for so long, in ms; a terminal hands over a long paste in pieces. */
const QUIET_MS = 50;
/** Somebody whose keys never rest is asked nevertheless, in ms. */
const DRAIN_LIMIT_MS = 1_000;
/** Arrows (also as h, j, k and l), space, enter, escape and ^C: the keys that a question tells of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const KEYS = /^(?:\u001b(?:[[O][A-D])?|[ \r\nhjkl\u0003])+$/;

/** What a person types while a question is shown, and nothing else. */
export class Keys extends PassThrough {
  readonly isTTY = true;
  private heardAtMs = performance.now();
  private asked = false;

  /** Throws away what was typed, or pasted, before anybody could see what it answers. */
  static async open(): Promise<Keys> {
    const keys = new Keys();
    process.stdin.setRawMode(true);
    process.stdin.on("data", keys.hear);
    process.stdin.resume();
    const startedAtMs = performance.now();
    for (let now = startedAtMs; now - keys.heardAtMs < QUIET_MS && now - startedAtMs < DRAIN_LIMIT_MS; now = performance.now())
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 5));
    keys.asked = true;
    return keys;
  }

  setRawMode(raw: boolean): this {
    process.stdin.setRawMode(raw);
    return this;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    process.stdin.off("data", this.hear);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    this.end();
  }

  /** Text in one piece is a paste: it was meant for the shell, and its spaces and line ends are no answers. */
  private readonly hear = (chunk: Buffer | string): void => {
    this.heardAtMs = performance.now();
    if (this.asked && KEYS.test(String(chunk))) this.write(chunk);
  };
}
