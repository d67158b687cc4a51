import type { ActionRequest, ActionResult, HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import { catalogue } from "../../core/errors/catalogue.ts";
import { errorFrom } from "../../core/errors/error-from.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type ActionVerb, type DaemonClient, isWait } from "../../runtime/client/client.ts";
import { isPassing, persist } from "../../runtime/client/follow-events.ts";
import { exitCodeOf } from "../../runtime/process/exit-code.ts";
import { wantsProgress } from "../act.ts";
import type { Context } from "../context.ts";
import { renderError } from "../output/errors.ts";
import { labelOf } from "../output/log-lines.ts";
import { plain } from "../output/paint.ts";
import { displayWidth } from "../output/width.ts";
import type { Brought } from "./bring.ts";
import { InOrder } from "./in-order.ts";
import { type Interruptions, listenForInterruptions } from "./interruptions.ts";
import { Screen } from "./screen.ts";
import { startWatch } from "./watch.ts";

/** A daemon that died is back within 2 s; what is asked of it meanwhile waits so long, in ms. */
const DAEMON_LIMIT_MS = 15_000;
/** Cells of `ghost`, under which the daemon itself is told of. */
const OWN_NAME_CELLS = 5;
const BY = "ghost up";
const AT_REST: ReadonlySet<string> = new Set(["stopped", "exited", "failed"]);

/** Runs what was chosen in the foreground until it ends, or somebody ends it; gives the exit code. */
export async function runSession(context: Context, client: DaemonClient, brought: Brought): Promise<number> {
  const session = new Session(context, client, brought);
  return session.run();
}

class Session {
  private readonly context: Context;
  private readonly client: DaemonClient;
  private readonly brought: Brought;
  private readonly interruptions: Interruptions = listenForInterruptions();
  private readonly over = new AbortController();
  private failure: unknown = null;
  private exitCode = 0;
  private started = false;
  private looking = false;
  private lookAgain = false;

  constructor(context: Context, client: DaemonClient, brought: Brought) {
    this.context = context;
    this.client = client;
    this.brought = brought;
    this.interruptions.first.addEventListener("abort", () => this.over.abort(), { once: true });
  }

  async run(): Promise<number> {
    const since = new Date();
    const after = (await this.client.history({ limit: 1 })).at(-1)?.seq ?? 0;
    await this.register();
    try {
      const views = await this.client.processes(this.brought.all);
      const screen = await this.makeScreen(views);
      this.tellOfRunning(screen);
      const watch = startWatch({
        client: this.client,
        screen,
        views,
        after,
        since,
        onChange: (entry) => this.changed(entry),
        onFailure: (error) => this.fail(error),
      });
      void this.start(screen);
      await this.untilOver();
      await this.end(screen);
      await watch.close();
      screen.flush();
    } catch (error) {
      await this.takeBack();
      throw error;
    }
    if (this.failure) throw this.failure;
    return this.interruptions.signal === null ? this.exitCode : catalogue.INTERRUPTED.exit;
  }

  private async register(): Promise<void> {
    const { warnings, results } = await this.client.register({ manifest: this.brought.manifest, by: BY }, this.over.signal);
    if (this.context.names.length === 0) for (const warning of warnings) this.context.warn(warning);
    for await (const _ of results) {
      // What a change restarts is told by its events.
    }
  }

  /** Nothing else would be seen of them until they write. */
  private tellOfRunning(screen: InOrder): void {
    const { running } = this.brought;
    const names = running.map((key) => key.replace(/^.*\//, "")).join(", ");
    if (names !== "" && !this.context.json && !this.context.quiet)
      screen.say(
        `${names} ${running.length === 1 ? "runs" : "run"} already, and ${running.length === 1 ? "goes" : "go"} on when this ends`,
      );
  }

  private async makeScreen(views: readonly ProcessView[]): Promise<InOrder> {
    const nameCells = Math.max(OWN_NAME_CELLS, ...views.map((view) => displayWidth(labelOf(view, false))));
    const screen = new Screen({
      context: this.context,
      paint: this.context.json ? plain : await this.context.paint(),
      messagePaint: await this.context.messagePaint(),
      nameCells,
      closed: () => this.interruptions.interrupt("SIGPIPE"),
    });
    return new InOrder(screen);
  }

  /** Failures are shown as they come; the others go on. Their last lines stand above already. */
  private async start(screen: InOrder): Promise<void> {
    const paint = await this.context.messagePaint();
    const request = { names: this.brought.all, by: BY, progress: wantsProgress(this.context) };
    try {
      for await (const line of this.client.act("start", request, this.over.signal)) {
        if (isWait(line) || line.ok || !line.error) continue;
        screen.say(...renderError({ ...line.error, details: undefined }, this.context.directory, paint));
        this.exitCode ||= 1;
      }
    } catch (error) {
      // A daemon that died meanwhile goes on with it when it is back.
      if (!isPassing(error) && !this.over.signal.aborted) this.fail(error);
    }
    this.started = true;
    await this.look();
  }

  private changed(entry: HistoryEntry): void {
    if (entry.to !== null && AT_REST.has(entry.to)) void this.look();
  }

  /** Looks whether all is over; one look at a time, because events come in crowds. */
  private async look(): Promise<void> {
    this.lookAgain = true;
    if (this.looking || this.over.signal.aborted) return;
    this.looking = true;
    try {
      while (this.lookAgain && !this.over.signal.aborted) {
        this.lookAgain = false;
        this.judge(await persist(() => this.client.processes(this.brought.all), DAEMON_LIMIT_MS));
      }
    } catch (error) {
      // All of them were deleted: by `ghost down`, or by the session that brought them.
      if (error instanceof GhostError && error.code === "NOT_FOUND") this.over.abort();
      else this.fail(error);
    } finally {
      this.looking = false;
    }
  }

  private judge(views: readonly ProcessView[]): void {
    const failed = views.find(({ status }) => status === "failed");
    if (failed) this.exitCode = this.context.flag("exitOnFailure") ? (exitCodeOf(failed) ?? 1) || 1 : 1;
    const allAtRest = this.started && views.every(({ status }) => AT_REST.has(status));
    if (allAtRest || (failed && this.context.flag("exitOnFailure"))) this.over.abort();
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.over.abort();
  }

  private untilOver(): Promise<void> {
    if (this.over.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.over.signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  /** In the reverse of the order in which they need each other; the second word kills. */
  private async end(screen: InOrder): Promise<void> {
    if (this.interruptions.signal !== null) screen.say(`stopping (${this.interruptions.signal}); once more kills`);
    this.interruptions.second.addEventListener("abort", () => void this.act("stop", this.ending(), { force: true }).catch(() => []), {
      once: true,
    });
    await this.act("stop", this.ending(), { force: this.interruptions.second.aborted }).catch((error: unknown) => this.remember(error));
    await this.takeBack();
  }

  private ending(): readonly string[] {
    return [...new Set([...this.brought.own, ...this.brought.rested])];
  }

  /** Forgets what this session brought. */
  private async takeBack(): Promise<void> {
    await this.act("delete", this.brought.own, {}).catch((error: unknown) => this.remember(error));
  }

  private async act(verb: ActionVerb, names: readonly string[], request: ActionRequest): Promise<void> {
    if (names.length === 0) return;
    const failed: ActionResult[] = [];
    await persist(async () => {
      for await (const line of this.client.act(verb, { ...request, names, by: BY })) if (!isWait(line) && !line.ok) failed.push(line);
    }, DAEMON_LIMIT_MS);
    const [first] = failed;
    if (first?.error) throw errorFrom(first.error);
  }

  /** What somebody else deleted meanwhile need not be taken back. */
  private remember(error: unknown): void {
    if (!(error instanceof GhostError && error.code === "NOT_FOUND")) this.failure ??= error;
  }
}
