import type { HistoryEntry } from "../../core/api/wire.ts";
import type { NodeConfiguration } from "../../core/config/node-configuration.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readNodeConfiguration } from "../config/read-node-file.ts";
import type { Store } from "../supervisor/store.ts";
import { type FileWatching, watchFile } from "../watch/watch-file.ts";
import type { Home } from "./home.ts";
import { log } from "./journal.ts";
import { type ConfigurationProblem, type FirstConfiguration, keepConfiguration } from "./last-configuration.ts";
import { daemonEntry } from "./past.ts";

/** What the keys of `.ghost.yaml` are in memory. */
const KEYS: readonly (readonly [string, (configuration: NodeConfiguration) => unknown])[] = [
  ["system.id", ({ id }) => id],
  ["system.mode", ({ mode }) => mode],
  ["monitoring.enabled", ({ monitoring }) => monitoring.enabled],
  ["monitoring.interval", ({ monitoring }) => monitoring.intervalMs],
  ["http.listen", ({ http }) => http?.listen],
  ["http.token_file", ({ http }) => http?.tokenFile],
  ["hub.listen", ({ hub }) => hub?.listen],
  ["hub.token_file", ({ hub }) => hub?.tokenFile],
  ["storage", ({ data }) => data.storage],
  ["cache", ({ data }) => data.cache],
  ["encryption", ({ data }) => data.encryption],
  ["resilience", ({ data }) => data.resilience],
  ["on.failed", ({ on }) => on.failed],
  ["on.crash_loop", ({ on }) => on.crash_loop],
  ["on.unhealthy", ({ on }) => on.unhealthy],
  ["on.recovered", ({ on }) => on.recovered],
];

/** Who must know of a change. */
export interface ConfigurationParts {
  readonly home: Home;
  readonly store: Store;
  readonly announce: (entry: HistoryEntry) => void;
  /** Puts what changed into effect. */
  readonly apply: (configuration: NodeConfiguration) => void;
}

/** Follows the daemon's own file: a valid change is put into effect and told, an invalid one changes nothing and is a warning until it is mended. */
export class ConfigurationWatch {
  private readonly parts: ConfigurationParts;
  private readonly watching: FileWatching;
  private current: NodeConfiguration;
  private problem: ConfigurationProblem | null;
  /** Which problem is in the history already. */
  private told: string | null = null;
  /** One reading after the other: an older text must not be taken after a newer one. */
  private reading: Promise<void> = Promise.resolve();

  constructor(parts: ConfigurationParts, { configuration, problem }: FirstConfiguration) {
    this.parts = parts;
    this.current = configuration;
    this.problem = problem;
    const onError = (error: unknown): void => log(`cannot follow ${parts.home.configFile}: ${(error as Error).message}`);
    this.watching = watchFile(parts.home.configFile, () => this.reload(), onError);
    // It may have been mended since it was read; if it was not, this is the place to tell.
    if (problem) void this.reload().catch(onError);
  }

  /** What a person should know. */
  warnings(): string[] {
    return this.problem ? [`${inEffect(this.problem)}, because of this in .ghost.yaml: ${this.problem.error.message}`] : [];
  }

  stop(): void {
    this.watching.stop();
  }

  /** Puts into effect what the file says now. The system tells of a change a moment late; whoever must not act on what was before it asks here. */
  reload(): Promise<void> {
    const reading = this.reading.then(() => this.read());
    this.reading = reading.catch(() => {});
    return reading;
  }

  private async read(): Promise<void> {
    const { home, store } = this.parts;
    try {
      const { configuration, text } = await readNodeConfiguration(home.root, process.env);
      keepConfiguration(home, store, text);
      this.take(configuration);
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      const isNews = this.told !== error.message;
      this.told = error.message;
      if (!isNews) return;
      const instead = this.problem?.instead ?? "the last good configuration";
      this.problem = { error, instead };
      const stays = instead === "the defaults" ? "the defaults stay" : "the last good one stays";
      this.tell("configuration-invalid", `.ghost.yaml cannot be used, so ${stays}: ${error.message}`);
    }
  }

  private take(configuration: NodeConfiguration): void {
    const keys = changedKeys(this.current, configuration);
    const mended = this.problem !== null;
    this.current = configuration;
    this.problem = null;
    this.told = null;
    if (keys.length > 0) this.parts.apply(configuration);
    if (keys.length > 0) this.tell("configuration-changed", `.ghost.yaml was changed: ${keys.join(", ")}`, { keys });
    else if (mended) this.tell("configuration-changed", ".ghost.yaml was mended: it says what is in effect", { keys });
  }

  private tell(kind: string, text: string, facts?: Readonly<Record<string, unknown>>): void {
    log(text);
    const entry = daemonEntry(kind, text);
    this.parts.announce(this.parts.store.addHistory(facts ? { ...entry, cause: { ...entry.cause, facts } } : entry));
  }
}

function inEffect({ instead }: ConfigurationProblem): string {
  return `${instead} ${instead === "the defaults" ? "are" : "is"} in effect`;
}

function changedKeys(before: NodeConfiguration, after: NodeConfiguration): string[] {
  return KEYS.filter(([, pick]) => JSON.stringify(pick(before)) !== JSON.stringify(pick(after))).map(([key]) => key);
}
