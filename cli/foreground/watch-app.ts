import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Event } from "../../core/lifecycle/events.ts";
import { APP_FILE, isAppDirectory } from "../../runtime/config/read-app-file.ts";
import { readConfigurationText } from "../../runtime/config/read-text.ts";
import type { Runnable } from "../../runtime/foreground/read-runnable.ts";
import type { ForegroundRun } from "../../runtime/foreground/run.ts";
import { FILE_PATIENCE_MS } from "../../runtime/watch/file-patience.ts";
import type { Context } from "../context.ts";
import { renderError } from "../output/errors.ts";

/** A file that was emptied is looked at so often until it is written, in ms. */
const EMPTY_LOOK_MS = 20;
/** What is told of within this time after it was written is the same change, in ms. */
const WRITTEN_MS = 150;

/** What a change of the app's own file needs. */
export interface WatchedApp {
  readonly run: ForegroundRun;
  /** Reads it anew. Throws what is wrong with it. */
  readonly read: () => Promise<Runnable>;
  /** What is in effect from the next start on. */
  readonly take: (runnable: Runnable) => void;
}

/**
 * Restarts the app when its files change, with what its `.ghost.yaml` says by then; while that cannot be used, a change of it is told with its place and changes nothing.
 * To be called once the program runs: a walk through a folder must not delay it.
 */
export async function watchApp(context: Context, app: WatchedApp): Promise<void> {
  const { run } = app;
  const settings = new Settings(context, app);
  const { FileWatch } = await import("../../runtime/supervisor/watch.ts");
  const watch = new FileWatch<ForegroundRun>({
    parts: run.parts,
    isRegistered: () => true,
    record: (process, from, to, cause) => run.record(process, from, to, cause),
    dispatch: (_process, event: Event) =>
      void settings.follow().then((canStart) => {
        watch.update(run);
        if (canStart) run.dispatch(run, event);
      }),
  });
  watch.update(run);
  if (context.interactive) context.say(`ghost: ${run.definition.name} restarts when a file changes`);
}

/** What the app's file says, as far as it was looked at. */
class Settings {
  private readonly context: Context;
  private readonly app: WatchedApp;
  private readonly file: string | null;
  private seen: string | null;
  /** The file was emptied a moment ago: whoever waits for what comes of it tells. */
  private isWaiting = false;

  constructor(context: Context, app: WatchedApp) {
    const { workingDirectory, source } = app.run.definition;
    this.context = context;
    this.app = app;
    this.file = source && isAppDirectory(workingDirectory) ? join(workingDirectory, APP_FILE) : null;
    this.seen = this.text();
  }

  /** Takes up what is new; false where that cannot be used, or another call waits for it already. */
  async follow(): Promise<boolean> {
    if (this.isWaiting) return false;
    const text = await this.writtenText();
    if (this.file === null || text === this.seen) return true;
    this.seen = text;
    try {
      this.takeUp(await this.app.read());
      return true;
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      const lines = renderError(error, this.context.directory, await this.context.messagePaint());
      this.context.say(...lines, `ghost: ${this.app.run.definition.name} stays as it is until ${APP_FILE} is mended`);
      return false;
    }
  }

  /** What other programs, and this one's listener, were told stays. */
  private takeUp(runnable: Runnable): void {
    const { name, listen } = this.app.run.definition;
    const { definition } = runnable;
    for (const note of runnable.notes) this.context.warn(note);
    if (listen !== null || definition.listen !== null || definition.name !== name)
      return this.context.warn(`what ${APP_FILE} says now is in effect from the next ghost run on: its name, or its listener, is in use`);
    this.app.take(runnable);
  }

  /** One that is empty and was not gets its time to be written. */
  private async writtenText(): Promise<string | null> {
    const isEmptied = (): boolean => this.seen !== "" && this.text() === "";
    if (!isEmptied()) return this.text();
    const untilMs = performance.now() + FILE_PATIENCE_MS;
    this.isWaiting = true;
    while (isEmptied() && performance.now() < untilMs) await delay(EMPTY_LOOK_MS);
    await delay(WRITTEN_MS);
    this.isWaiting = false;
    return this.text();
  }

  private text(): string | null {
    try {
      return this.file === null ? null : readConfigurationText(this.file).text;
    } catch {
      return null; // Reading it as an app says why.
    }
  }
}
