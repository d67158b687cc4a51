/**
 * uvu's `test` and `suite` with what uvu lacks: a limit per test that fails with the test's name, tests that are skipped
 * for a reason that is told, and a record of what started and how it ended for the runner (`test/run.ts`), which can so
 * name a test that hangs. The runner puts this module in the place of uvu, so that a test file may import either.
 */
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Callback, Context, Test as UvuTest } from "uvu";

// By its file, because the name leads back here once the runner has put this module in uvu's place.
const uvu = createRequire(import.meta.url)("../../node_modules/uvu/dist/index.js") as typeof import("uvu");

/** How long one test may take, in milliseconds, unless its file sets `test.limit`; the runner's deadline per file stands above it. */
const TEST_LIMIT_MS = 30_000;

/** What the runner reads, one JSON object a line. */
export type ProgressRecord =
  | { readonly event: "registered" | "started" | "passed"; readonly test: string }
  | { readonly event: "failed"; readonly test: string; readonly message: string }
  | { readonly event: "skipped"; readonly test: string; readonly reason: string };

/** uvu's test, with limits and told skips. */
export interface Test<T = Context> extends UvuTest<T> {
  /** Skips a test; its name is told. */
  skip(name?: string, handler?: Callback<T>): void;
  /** Runs the test unless `reason` is a text, which then says why it cannot be run here (see `needs.ts`). */
  unless(reason: string | null, name: string, handler: Callback<T>): void;
  /** Sets the limit of the tests of this suite, in milliseconds. */
  limit(ms: number): void;
}

/** A suite of its own, as uvu's. */
export function suite<T = Context>(title = "", context?: T): Test<T> {
  return wrap(uvu.suite(title, context) as UvuTest<T>, title);
}

/** The file's default suite. */
export const test: Test = suite();

/** uvu's own runner of what was registered. */
export const exec = uvu.exec;

function wrap<T>(inner: UvuTest<T>, title: string): Test<T> {
  const limit = { ms: TEST_LIMIT_MS };
  const named = (name: string) => (title ? `${title} › ${name}` : name);
  const add = (register: (name: string, handler: Callback<T>) => void) => (name: string, handler: Callback<T>) => {
    record({ event: "registered", test: named(name) });
    register(name, watched(named(name), handler, limit));
  };
  const skip = (name = "(no name)", reason = "marked as skipped") => {
    record({ event: "skipped", test: named(name), reason });
    inner.skip();
  };
  const each = add(inner as (name: string, handler: Callback<T>) => void);
  const own = {
    only: add(inner.only),
    skip: (name?: string) => skip(name),
    unless: (reason: string | null, name: string, handler: Callback<T>) => (reason === null ? each(name, handler) : skip(name, reason)),
    limit: (ms: number) => {
      limit.ms = ms;
    },
    before: inner.before,
    after: inner.after,
    run: inner.run,
  };
  return Object.assign(each, own) as Test<T>;
}

function watched<T>(name: string, handler: Callback<T>, limit: { readonly ms: number }): Callback<T> {
  return async (context) => {
    record({ event: "started", test: name });
    try {
      await within(limit.ms, name, handler(context));
      record({ event: "passed", test: name });
    } catch (thrown) {
      const error = unsuppressed(thrown);
      record({ event: "failed", test: name, message: error instanceof Error ? error.message : String(error) });
      throw printable(error);
    }
  };
}

/** uvu takes `details` for a text, as its own assertions have it; errors of the product have an object there. */
function printable(error: unknown): unknown {
  if (!(error instanceof Error) || !("details" in error) || typeof error.details === "string") return error;
  return Object.assign(new Error(error.message, { cause: error }), { stack: error.stack });
}

/** A clean-up that fails after its test failed hides the test's error in one without a message; both are wanted. */
function unsuppressed(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !("suppressed" in thrown) || !("error" in thrown)) return thrown;
  const { error, suppressed } = thrown as { error: unknown; suppressed: unknown };
  const first = unsuppressed(suppressed);
  if (first instanceof Error) first.message += `\nand at the clean-up: ${error instanceof Error ? error.message : String(error)}`;
  return first;
}

async function within(limitMs: number, name: string, work: Promise<void> | void): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the test "${name}" did not end within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function record(entry: ProgressRecord): void {
  const file = process.env.GHOST_TEST_PROGRESS;
  // Written at once, so that the last line names the test that blocks the whole process.
  if (file) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}
