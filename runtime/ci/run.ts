import { setTimeout as delay } from "node:timers/promises";
import type { ActionResult, HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { isOwnName } from "../../core/config/own-processes.ts";
import { maskValues } from "../../core/config/secrets.ts";
import { type ErrorBody, GhostError } from "../../core/errors/ghost-error.ts";
import { isWait } from "../client/client.ts";
import { followEvents, isPassing, persist } from "../client/follow-events.ts";
import { exitCodeOf } from "../process/exit-code.ts";
import { endStrays, type Stray } from "../process/strays.ts";
import { whyNotStarted } from "./failure.ts";
import type { PrivateHome } from "./private-home.ts";

/** A daemon that died is back within 2 s; what is asked of it meanwhile waits so long, in ms. */
const DAEMON_LIMIT_MS = 15_000;
/** What NAME leaves running is given so long to end by itself, in ms: a pool of workers, say, that is being shut down. */
const LEFTOVER_GRACE_MS = 1_000;
/** What is needed and falls over is looked at again after this time, in ms. */
const RETRY_MS = 100;
/** The last changes are told within this time, in ms. */
const EVENTS_LAG_MS = 30;
const BY = "ghost ci";
const LIVING: ReadonlySet<string> = new Set(["starting", "running", "unhealthy", "stopping"]);

/** How the run of NAME came to its end. */
export type Verdict =
  /** By itself. `code` is null when nobody could tell. */
  | { readonly kind: "ended"; readonly code: number | null }
  /** It never began, because of what it needs or of its own program. */
  | { readonly kind: "not-started"; readonly error: ErrorBody }
  | { readonly kind: "timed-out" }
  | { readonly kind: "interrupted" }
  /** Ghost itself failed. */
  | { readonly kind: "broken"; readonly error: unknown };

/** What came of it all. */
export interface CiOutcome {
  readonly verdict: Verdict;
  /** All processes as they stood when NAME had ended, before anything was stopped. */
  readonly standing: readonly ProcessView[];
  /** Who was still running at the end and should not have been; all of them are ended. */
  readonly leftovers: readonly Stray[];
}

export interface CiOptions {
  readonly manifest: Manifest;
  readonly name: string;
  /** Null: no limit. */
  readonly timeoutMs: number | null;
  /** Ends the run in order; by force. */
  readonly interrupted: AbortSignal;
  readonly hurried: AbortSignal;
  readonly home: PrivateHome;
  /** Told of every change. */
  readonly onChange: (entry: HistoryEntry) => void;
  /** Told once NAME's logs are known, before it starts. */
  readonly onReady: (views: readonly ProcessView[]) => void;
}

/** Starts what NAME needs, runs NAME to its end, stops all in the reverse order. Never throws: what fails is in the verdict. */
export async function runCi(options: CiOptions): Promise<CiOutcome> {
  return new CiRun(options).run();
}

class CiRun {
  private readonly options: CiOptions;
  private readonly closing = new AbortController();
  private readonly verdict: Promise<Verdict>;
  private conclude: (verdict: Verdict) => void = () => {};
  private ran = false;
  private daemonIsLost = false;
  private followed = false;
  private leftBehind: Stray[] = [];
  /** Names of needed processes that left others running, with the time of it in ms. */
  private readonly leaving = new Map<string, number>();

  constructor(options: CiOptions) {
    this.options = options;
    this.verdict = new Promise((resolve) => {
      this.conclude = resolve;
    });
  }

  async run(): Promise<CiOutcome> {
    const { interrupted, timeoutMs } = this.options;
    const timer = timeoutMs === null ? undefined : setTimeout(() => this.conclude({ kind: "timed-out" }), timeoutMs);
    const interrupt = (): void => this.conclude({ kind: "interrupted" });
    if (interrupted.aborted) interrupt();
    interrupted.addEventListener("abort", interrupt, { once: true });
    void this.begin().catch((error: unknown) => this.conclude({ kind: "broken", error }));
    const verdict = await this.verdict;
    clearTimeout(timer);
    return this.end(verdict);
  }

  private async begin(): Promise<void> {
    const { manifest, onReady } = this.options;
    const { client } = this.options.home;
    const { results } = await client.register({ manifest, by: BY });
    for await (const _ of results) {
      // Nothing runs yet: there are none.
    }
    onReady(await client.processes());
    void this.follow().catch((error: unknown) => this.conclude({ kind: "broken", error }));
    await this.start();
  }

  /** What falls over is tried again, as its restart policy has it, until it has to be given up. */
  private async start(): Promise<void> {
    for (;;) {
      const error = await this.tryStart();
      if (error === null || this.ran) return;
      const views = await this.views();
      const lost = views.find(isLost);
      if (lost) return this.conclude({ kind: "not-started", error: whyNotStarted(lost, this.options.manifest) });
      if (!views.some(({ status }) => status === "backoff")) return this.conclude({ kind: "not-started", error });
      await delay(RETRY_MS, undefined, { signal: this.closing.signal }).catch(() => {});
    }
  }

  /** Why NAME does not run; null when it does, or when the next daemon goes on with it. */
  private async tryStart(): Promise<ErrorBody | null> {
    const { name } = this.options;
    const failed = await this.persist(() => this.askToStart());
    const own = failed.find((result) => result.name === name);
    // Of what it needs, the reason is told there; that it waits for it would be no news.
    const first = failed.find((result) => result !== own) ?? own;
    return own ? (first?.error ?? null) : null;
  }

  /** Gives what failed. Throws what is passing only where no daemon has heard of it: then it may be asked again. */
  private async askToStart(): Promise<ActionResult[]> {
    const failed: ActionResult[] = [];
    const request = { names: [this.fullName], by: BY };
    try {
      for await (const line of this.options.home.client.act("start", request, this.closing.signal))
        if (!isWait(line) && !line.ok) failed.push(line);
    } catch (error) {
      if (this.closing.signal.aborted) return [];
      // A daemon that heard of it wrote down that it begins, and the next one goes on with it.
      if (!isPassing(error) || !(await this.isGoingOn())) throw error;
      return [];
    }
    return failed;
  }

  /** One that is wanted and still at rest is a one-shot whose daemon died before it began: nobody else begins it. */
  private async isGoingOn(): Promise<boolean> {
    if (this.ran) return true;
    const [view] = await this.views([this.fullName]);
    return view?.desired === "up" && view.status !== "stopped";
  }

  private get fullName(): string {
    const { manifest, name } = this.options;
    return `${manifest.project}/${name}`;
  }

  private async follow(): Promise<void> {
    for await (const entry of followEvents(this.options.home.client, this.closing.signal, 0)) {
      // The hub is none of the pipeline's processes, though they may use it.
      if (entry.project !== null && entry.name !== null && isOwnName({ project: entry.project, name: entry.name })) continue;
      this.options.onChange(entry);
      if (entry.name !== null && entry.cause.kind === "followed") this.leaving.set(entry.name, performance.now());
      if (entry.name === this.options.name) await this.ownChange(entry);
      else if (entry.name !== null && !this.ran) await this.neededChange(entry);
    }
  }

  private async ownChange({ to, cause }: HistoryEntry): Promise<void> {
    if (cause.kind === "spawned") this.ran = true;
    if (cause.kind === "followed") {
      this.followed = true;
      setTimeout(() => void this.nameLeftovers(), LEFTOVER_GRACE_MS);
    }
    if (!this.ran || to === null || LIVING.has(to)) return;
    const [view] = await this.views([this.fullName]);
    // What is followed is followed because the program itself ended with 0.
    this.conclude({ kind: "ended", code: this.followed ? 0 : view ? exitCodeOf(view) : null });
  }

  /** NAME ended and left others of its tree running, which the daemon follows. */
  private async nameLeftovers(): Promise<void> {
    const { name } = this.options;
    this.leftBehind = await this.treeOf(name);
    this.conclude({ kind: "ended", code: 0 });
  }

  /** What needed one-shots left running and is there still: a service that daemonizes is meant to be. */
  private async leftByNeeded(standing: readonly ProcessView[]): Promise<Stray[]> {
    const names = standing.filter(({ name, type }) => name !== this.options.name && type === "oneshot" && this.leaving.has(name));
    const found: Stray[] = [];
    for (const { name } of names) {
      const leftMs = (this.leaving.get(name) ?? 0) + LEFTOVER_GRACE_MS - performance.now();
      if (leftMs > 0) await delay(leftMs);
      found.push(...(await this.treeOf(name)));
    }
    return found;
  }

  private async treeOf(name: string): Promise<Stray[]> {
    const { home, manifest } = this.options;
    const details = await this.persist(() => home.client.details(`${manifest.project}/${name}`)).catch(() => []);
    return details.flatMap(({ tree }) => tree.map(({ pid, command }) => ({ pid, command, from: name })));
  }

  /** What is needed and will not come: there is no use in waiting for the time-out. */
  private async neededChange({ to }: HistoryEntry): Promise<void> {
    if (to !== "failed" && to !== "unhealthy" && to !== "backoff") return;
    const lost = (await this.views()).find(isLost);
    if (lost) this.conclude({ kind: "not-started", error: whyNotStarted(lost, this.options.manifest) });
  }

  private views(names?: readonly string[]): Promise<ProcessView[]> {
    return this.persist(() => this.options.home.client.processes(names));
  }

  /** Asks again while a next daemon may come. One that stayed away for the whole time once is not waited for again. */
  private persist<T>(work: () => Promise<T>): Promise<T> {
    return persist(work, this.daemonIsLost ? 0 : DAEMON_LIMIT_MS);
  }

  private async end(verdict: Verdict): Promise<CiOutcome> {
    this.daemonIsLost = verdict.kind === "broken" && isPassing(verdict.error);
    const standing = await this.views().catch(() => []);
    const left = [...this.leftBehind, ...(await this.leftByNeeded(standing))];
    const unstoppable = await this.stop(standing).catch((error: unknown) => [asStray(error)]);
    await delay(EVENTS_LAG_MS);
    this.closing.abort();
    const strays = await endStrays(this.options.home.root, this.options.home.daemonPid());
    const { secrets } = this.options.manifest;
    const shown = strays.map((stray) => ({ ...stray, command: maskValues(stray.command, Object.values(secrets)) }));
    return { verdict, standing, leftovers: [...left, ...shown, ...unstoppable] };
  }

  /** Gives those that not even SIGKILL ends. */
  private async stop(standing: readonly ProcessView[]): Promise<Stray[]> {
    if (standing.length === 0) return [];
    const { hurried } = this.options;
    const force = (): void => void this.stopAll(true).catch(() => []);
    hurried.addEventListener("abort", force, { once: true });
    const failed = await this.persist(() => this.stopAll(hurried.aborted));
    hurried.removeEventListener("abort", force);
    return failed.map(({ name, pid, error }) => ({ pid: pid ?? 0, command: error?.message ?? name, from: name }));
  }

  private async stopAll(force: boolean): Promise<ActionResult[]> {
    const failed: ActionResult[] = [];
    for await (const line of this.options.home.client.act("stop", { names: ["all"], force, by: BY }))
      if (!isWait(line) && !line.ok) failed.push(line);
    return failed;
  }
}

/** It will not come by itself, or only after many more falls. */
function isLost({ status, crashLooping }: ProcessView): boolean {
  return status === "failed" || status === "unhealthy" || crashLooping;
}

function asStray(error: unknown): Stray {
  const message = error instanceof GhostError ? error.message : String(error);
  return { pid: 0, command: message, from: null };
}
