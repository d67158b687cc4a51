import type { HealthWatch } from "../supervisor/health-watch.ts";
import type { Sampler } from "../supervisor/sampler.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { ViewTexts } from "../supervisor/view-texts.ts";
import type { AppDiscovery } from "./apps/discovery.ts";
import type { EventFeed } from "./event-feed.ts";
import type { Home } from "./home.ts";
import type { Hub } from "./hub/hub.ts";
import type { Mode } from "./mode.ts";
import type { OwnUsageMeter } from "./own-usage.ts";
import type { NodeSettings } from "./settings.ts";

/** What the routes work with: the running daemon, put together by `main.ts`. */
export interface DaemonNode {
  readonly home: Home;
  readonly supervisor: Supervisor;
  readonly sampler: Sampler;
  readonly health: HealthWatch;
  readonly feed: EventFeed;
  readonly hub: Hub;
  readonly settings: NodeSettings;
  readonly apps: AppDiscovery;
  readonly startedAt: string;
  readonly version: string;
  readonly mode: Mode;
  /** True where another daemon can come at once; in the foreground only one that takes the place of this very process can. */
  readonly hasSuccessor: boolean;
  readonly ownUsage: OwnUsageMeter;
  readonly viewTexts: ViewTexts;
  /** Pids of the processes that help the daemon. */
  helperPids(): number[];
  /** What a person should know, e.g. state that could not be saved. */
  warnings(): string[];
  /** An ordered end has begun: processes are being stopped. */
  stopping(): void;
  /**
   * Ends the daemon once the answer is out. `leave`: children live on, for adoption. `next`: another daemon comes at once.
   * `expected`: whoever started this one starts another within moments, and what is unread must last until then.
   */
  finish(how: { leave: boolean; next: boolean; expected?: boolean }): void;
}
