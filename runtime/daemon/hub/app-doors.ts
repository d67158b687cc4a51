import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Reply } from "../../../core/bus/resp/reply.ts";
import { runtimeForUsers } from "../../apps/launch.ts";
import { appSocket, prepareUsersFolder, removeUsersFolder } from "../../apps/users-folder.ts";
import { isIdle } from "../../supervisor/actions.ts";
import { hubUserOf } from "../../supervisor/run.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { isBun } from "../../system/native.ts";
import { isSingleFile } from "../../system/self.ts";

/** The longest that the start of an app waits for its socket, in ms; then it is started all the same, and finds the socket later. */
const OPEN_MS_MAX = 5_000;

/** What the doors need of the hub as the daemon has it. */
export interface DoorsHub {
  /** Has it running; false where it will not be there in a moment. */
  there(): Promise<boolean>;
  ask(...words: readonly string[]): Promise<Reply>;
}

/**
 * The hub's sockets for apps that run as other users: one a user, behind which a token is mandatory. The hub listens there itself, told by the daemon, so
 * that they are there from the first start of such an app on, and as long as the hub is; whoever connects while it restarts is refused, and tries again.
 */
export class AppDoors {
  /** By user id: why its socket could not be made. */
  readonly problems = new Map<number, string>();
  private readonly root: string;
  private readonly supervisor: Supervisor;
  private readonly hub: DoorsHub;
  /** Those that the run of the hub was asked for. */
  private readonly asked = new Set<number>();

  constructor(root: string, supervisor: Supervisor, hub: DoorsHub) {
    this.root = root;
    this.supervisor = supervisor;
    this.hub = hub;
  }

  /** Has the socket of a user there before that user's app begins, if that can be within 5 s. Never rejects. */
  async open(uid: number): Promise<void> {
    this.prepare();
    if (this.asked.has(uid) && this.isThere(uid)) return;
    const opened = this.hub.there().then((isThere) => (isThere ? this.ask(uid) : undefined));
    await Promise.race([opened.catch(() => undefined), delay(OPEN_MS_MAX, undefined, { ref: false })]);
  }

  /** A run of the hub is there: it opens the doors of all who run. */
  hubIsThere(): void {
    for (const uid of this.users()) void this.ask(uid);
  }

  /** The run of the hub ended, and with it its doors. */
  hubIsGone(): void {
    this.asked.clear();
  }

  /** Puts back what was removed; to be called now and then while the hub is there. */
  look(): void {
    for (const uid of this.asked) if (!this.isThere(uid)) void this.ask(uid);
  }

  /** Neither the hub nor an app is there any more. */
  remove(): void {
    removeUsersFolder(this.root);
  }

  /** What a person should know, the remedy in brackets at its end. */
  *warnings(): Generator<string> {
    for (const [uid, problem] of this.problems)
      yield `apps of the user ${uid} have no way to the hub: ${problem} (mend it, then start them again)`;
  }

  /** A boot, and the daemon's end, took away what an app's command names. */
  private prepare(): void {
    try {
      if (isBun && isSingleFile()) runtimeForUsers(this.root);
    } catch (error) {
      this.supervisor.parts.log((error as Error).message);
    }
  }

  private isThere(uid: number): boolean {
    return existsSync(appSocket(this.root, uid));
  }

  private users(): Set<number> {
    // What runs in the foreground, too.
    const running = [...this.supervisor.processes.values()].filter(({ machine }) => !isIdle(machine));
    return new Set(running.map(hubUserOf).filter((uid) => uid !== null));
  }

  private async ask(uid: number): Promise<void> {
    this.asked.add(uid);
    try {
      prepareUsersFolder(this.root);
      await this.hub.ask("GHOST.DOOR", appSocket(this.root, uid), String(uid));
      this.problems.delete(uid);
    } catch (error) {
      const { message } = error as Error;
      if (this.problems.get(uid) !== message) this.supervisor.parts.log(`cannot open the hub to apps of the user ${uid}: ${message}`);
      this.problems.set(uid, message);
    }
  }
}
