import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { DaemonClient } from "../client/client.ts";
import { type CiOutcome, runCi } from "./run.ts";

const MANIFEST = { project: "shop", processes: [], secrets: {} } as unknown as Manifest;
const VIEW = {
  project: "shop",
  name: "test",
  instance: 0,
  status: "stopped",
  desired: "down",
  exitCode: null,
  exitSignal: null,
  exitKnown: true,
} as unknown as ProcessView;
const unreachable = () => new GhostError("DAEMON_UNREACHABLE", "cannot reach the daemon");

/** A daemon that is away for the first `misses` starts; `hears`: it wrote down what was asked before it went. */
class FakeDaemon {
  starts = 0;
  private view = VIEW;
  private readonly misses: number;
  private readonly hears: boolean;
  private ended: () => void = () => {};
  private readonly end = new Promise<void>((resolve) => {
    this.ended = resolve;
  });

  constructor(misses: number, hears: boolean) {
    this.misses = misses;
    this.hears = hears;
  }

  get client(): DaemonClient {
    return {
      register: async () => ({ changes: [], warnings: [], results: none() }),
      processes: async () => [this.view],
      act: (verb: string) => (verb === "start" ? this.start() : none()),
      events: (signal: AbortSignal) => this.events(signal),
      system: async () => ({}),
    } as unknown as DaemonClient;
  }

  private async *start(): AsyncGenerator<never> {
    this.starts += 1;
    if (this.starts > this.misses || this.hears) this.run();
    if (this.starts <= this.misses) throw unreachable();
    yield* none();
  }

  private run(): void {
    this.view = { ...VIEW, desired: "up", status: "exited", exitCode: 3 };
    this.ended();
  }

  private async *events(signal: AbortSignal): AsyncGenerator<HistoryEntry> {
    const entry = { name: "test", seq: 1, to: null, cause: { kind: "spawned", text: "" } } as unknown as HistoryEntry;
    await this.end;
    yield entry;
    yield { ...entry, seq: 2, to: "exited", cause: { kind: "exit", text: "" } };
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  }
}

async function* none(): AsyncGenerator<never> {}

function run(daemon: FakeDaemon): Promise<CiOutcome> {
  const { signal } = new AbortController();
  const home = { root: "/nowhere/ghost-ci", daemonPid: () => null, client: daemon.client, end: async () => {} };
  const told = { onChange: () => {}, onReady: () => {} };
  return runCi({ manifest: MANIFEST, name: "test", timeoutMs: 5_000, interrupted: signal, hurried: signal, home, ...told });
}

test("a start that no daemon has heard of is asked for again, until one has", async () => {
  const daemon = new FakeDaemon(3, false);
  assert.equal((await run(daemon)).verdict, { kind: "ended", code: 3 });
  assert.is(daemon.starts, 4);
});

test("a start that was written down is not asked for twice: the next daemon goes on with it", async () => {
  const daemon = new FakeDaemon(1, true);
  assert.equal((await run(daemon)).verdict, { kind: "ended", code: 3 });
  assert.is(daemon.starts, 1);
});

test.run();
