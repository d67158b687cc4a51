/** The daemon's composition root: everything is put together here and nowhere else. */
import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { sharedNamespaces } from "../../core/config/shared-namespaces.ts";
import { exitCodeOf } from "../../core/errors/catalogue.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { pidOf } from "../../core/lifecycle/view.ts";
import { appSocket } from "../apps/users-folder.ts";
import { hubSecret, makeToken } from "../hub/tokens.ts";
import { startLogPump } from "../logs/pump.ts";
import { type Keeper, startKeeper } from "../process/keeper.ts";
import { canReplaceSelf } from "../process/replace-self.ts";
import { becomeSubreaper } from "../process/subreaper.ts";
import { HealthWatch } from "../supervisor/health-watch.ts";
import { openLimits } from "../supervisor/limits.ts";
import { type OpenedStore, openStore } from "../supervisor/open-store.ts";
import { restore } from "../supervisor/restore.ts";
import { logTargets } from "../supervisor/run.ts";
import { Sampler } from "../supervisor/sampler.ts";
import { Schedules } from "../supervisor/schedule.ts";
import type { Supervised } from "../supervisor/supervised.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { ViewTexts } from "../supervisor/view-texts.ts";
import { FileWatch } from "../supervisor/watch.ts";
import { realPlace } from "../system/real-place.ts";
import { version } from "../system/version.ts";
import { AppDiscovery } from "./apps/discovery.ts";
import { holdEarlySignals, releaseEarlySignals } from "./early-signals.ts";
import { type Ending, end } from "./ending.ts";
import { EventFeed } from "./event-feed.ts";
import { becomeNextDaemon, describeProcesses, type ForegroundOptions } from "./foreground.ts";
import { findHome, type Home, inHome, prepareHome } from "./home.ts";
import { createHttpServer } from "./http.ts";
import { hubDefinition } from "./hub/definition.ts";
import { Hub } from "./hub/hub.ts";
import { idleWatch } from "./idle.ts";
import { boundDaemonLog, log } from "./journal.ts";
import { followKeeper, keeperWarnings } from "./keeper-words.ts";
import { readFirstConfiguration } from "./last-configuration.ts";
import { daemonEnvironment } from "./launch.ts";
import { removeShortSocket, removeStrayFifos } from "./leftovers.ts";
import { listen } from "./listen.ts";
import { type Lock, takeLock } from "./lock.ts";
import { noteLogEvent } from "./log-events.ts";
import { type FolderProblems, registerFolder } from "./manifests-folder.ts";
import { type Origin, takeOrigin, tellStarter } from "./mode.ts";
import type { DaemonNode } from "./node.ts";
import { OwnUsageMeter } from "./own-usage.ts";
import { removeHome, watchOwner } from "./owner.ts";
import { type LastEnd, readPast, stateWarnings, tellBeginning, tellTakenOver } from "./past.ts";
import { QuietTrim } from "./quiet.ts";
import { routes } from "./routes.ts";
import { ServiceManager } from "./service-manager.ts";
import { NodeSettings } from "./settings.ts";
import { obeySignals } from "./signals.ts";
import { forgetChoice, successorCommand } from "./succession.ts";

/** A service manager starts the next daemon within this time, or unread output may be lost, in seconds. */
const HOLD_SECONDS = 10;
/** How long a daemon that comes after a dead one waits for the dead one's lock, in ms, and how often it looks. */
const LOCK_WAIT_MS = 2_000;
const LOCK_PAUSE_MS = 10;

/**
 * Runs the daemon of a home until it is told to end; resolves with the exit code. When another daemon has the home, that is
 * an error in the foreground and none in the background.
 */
export async function runDaemon(root: string, options: ForegroundOptions = {}): Promise<number> {
  const origin = takeOrigin(process.env);
  const manager = new ServiceManager(process.env);
  if (process.pid === 1) holdEarlySignals();
  try {
    const home = findHome(root, options.groupId ?? null);
    prepareHome(home);
    const lock = await takeLockFor(home, origin);
    // A keeper may have waited while another daemon came and was told to end: then nobody is to come back. A lock whose file was removed tells of no such end.
    if (lock?.givenBack && !lock.isNew && origin.revivals > 0) {
      lock.release();
      return 0;
    }
    if (lock) boundDaemonLog(home.daemonLog);
    if (lock) return await keep(home, lock, { ...origin, ...options, manager });
    if (origin.mode === "foreground")
      throw new GhostError("FAILED", `cannot start the daemon: another one runs in ${home.root}`, {
        hint: "ghost daemon status; ghost daemon stop",
      });
    tellStarter(origin.mode, { alreadyRunning: true });
    return 0;
  } catch (error) {
    if (origin.mode === "foreground") throw error;
    const known =
      error instanceof GhostError ? error : new GhostError("DAEMON_START_FAILED", `cannot start the daemon: ${(error as Error).message}`);
    log(known === error ? known.message : String((error as Error).stack));
    tellStarter(origin.mode, { error: known.body() });
    return exitCodeOf(known.code);
  }
}

/** All that a daemon knows of its beginning. */
interface Beginning extends Origin, ForegroundOptions {
  readonly manager: ServiceManager;
}

/** A daemon that comes after one that died waits for it to be gone: the kernel closes its pipes, which wakes the keeper, before it lets go of the lock. */
async function takeLockFor(home: Home, { revivals }: Origin): Promise<Lock | null> {
  const deadline = performance.now() + (revivals > 0 ? LOCK_WAIT_MS : 0);
  for (;;) {
    const lock = inHome(home, () => takeLock(home.lockFile));
    if (lock || performance.now() >= deadline) return lock;
    await delay(LOCK_PAUSE_MS);
  }
}

/** Has a keeper from the very start, so that no death goes unnoticed. What cannot start is told to whoever started it; one that was to come back tries again. */
async function keep(home: Home, lock: Lock, origin: Beginning): Promise<number> {
  const keeper = startKeeper({
    command: successor(home, origin),
    environment: daemonEnvironment(home, origin.mode),
    directory: "/",
    revivals: origin.revivals,
    held: origin.held,
    stderr: 2,
  });
  keeper.onTrouble = (_, text) => log(text);
  try {
    const held = await serve(home, lock, origin, keeper);
    if (held) becomeNextDaemon(held, origin.manager);
    return 0;
  } catch (error) {
    if (origin.revivals === 0) await keeper.dismiss();
    throw error;
  }
}

/** What comes after a sudden end: the next daemon; where a service manager starts that, the keeper only holds what waits in the pipes until then. */
function successor(home: Home, { mode }: Origin): string[] {
  return mode === "foreground" ? ["/bin/sleep", String(HOLD_SECONDS)] : successorCommand(home);
}

/** Gives the descriptors that the next daemon is to inherit if it takes the place of this process, else null. */
async function serve(home: Home, lock: Lock, beginning: Beginning, keeper: Keeper): Promise<readonly number[] | null> {
  const { mode, revivals, manager, manifests } = beginning;
  inHome(home, () => {
    rmSync(home.stoppedMarker, { force: true });
    forgetChoice(home);
    // A daemon that was just ending may have taken it away until it gave the lock back.
    if (home.socket !== home.socketLink) prepareHome(home);
  });
  const opened = await openStore(home);
  const first = await readFirstConfiguration(home, opened.store, revivals).catch((error: unknown) => {
    opened.store.close();
    throw error;
  });
  const feed = new EventFeed();
  const quiet = new QuietTrim();
  const announce = (entry: HistoryEntry): void => feed.publish(entry);
  feed.subscribe(() => quiet.touch());
  feed.subscribe(() => manager.changed());
  followKeeper(keeper, opened.store, announce);
  const pump = await startLogPump();
  // A service manager would put the next daemon into a cgroup that then takes none.
  const mayMove = mode !== "foreground" || process.env.INVOCATION_ID === undefined;
  const limits = openLimits(home.root, [process.pid, ...(keeper.pid === null ? [] : [keeper.pid])], mayMove);
  const supervisor = new Supervisor({
    store: opened.store,
    secrets: opened.secrets,
    pump,
    home,
    own: [hubDefinition(home.root, process.env)],
    limits,
    subreaper: becomeSubreaper(),
    sockets: keeper,
    makeHubToken: (name) => makeToken(hubSecret(home.hubSecretFile), name),
    appDoors: { pathOf: (uid) => appSocket(home.root, uid), open: (uid) => hub.doors.open(uid) },
    announce,
    log,
  });
  const hub = new Hub({ home, supervisor, configuration: first.configuration, version, log });
  feed.subscribe((entry) => hub.events.changed(entry));
  const apps = new AppDiscovery({ ghosts: home.ghosts, supervisor, announce, log });
  supervisor.appChanges.add((process) => hub.events.configured(process));
  const sampler = new Sampler(supervisor, first.configuration.monitoring);
  sampler.onSample = () => hub.events.sampled(supervisor.shown());
  const files = new FileWatch(supervisor);
  const health = new HealthWatch(supervisor, hub);
  const settings = new NodeSettings(
    { home, supervisor, sampler, hub, announce, makeServer: (guard) => createHttpServer(routes(node), busy, guard) },
    first,
  );
  feed.subscribe((entry) => settings.hooks.observe(entry));
  const schedules = new Schedules(supervisor);
  for (const follower of [files, health, schedules, limits]) supervisor.runChanges.add((process) => follower.update(process));
  supervisor.runChanges.add((process) => {
    if (pidOf(process.machine) !== null) keeper.hold(fifosOf(supervisor, process));
  });
  pump.onEvent = (event) => noteLogEvent(supervisor, event);
  takeOver(supervisor, opened, announce, lastEndOf(lock, revivals));
  // Of those that ended in the gap, too: their last words may still be on the way.
  const fifos = [...supervisor.processes.values()].flatMap((process) => fifosOf(supervisor, process));
  keeper.takeOver(fifos);
  removeStrayFifos(home, new Set(fifos));
  health.endStrays();
  for (const process of supervisor.processes.values()) supervisor.runChanges.tell(process);
  hub.restored();
  sampler.start();
  schedules.start();

  let finish: (how: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    finish = resolve;
  });
  const startedAt = new Date().toISOString();
  const helperPids = (): number[] => (keeper.pid === null ? [] : [keeper.pid]);
  const node: DaemonNode = {
    home,
    supervisor,
    sampler,
    health,
    feed,
    hub,
    settings,
    apps,
    startedAt,
    version,
    mode,
    hasSuccessor: mode !== "foreground" || canReplaceSelf(),
    ownUsage: new OwnUsageMeter(helperPids),
    viewTexts: new ViewTexts(supervisor),
    helperPids,
    warnings: () => [
      ...stateWarnings(opened),
      ...settings.warnings(),
      ...apps.warnings(),
      ...sharedNamespaces(
        supervisor.listed().map(({ definition }) => definition),
        realPlace,
      ),
      ...keeperWarnings(keeper, mode),
      ...hub.view().warnings,
      ...folderProblems,
    ],
    stopping: () => manager.stopping(),
    finish: (how) => {
      if (how.next) manager.renewing();
      else manager.stopping();
      finish(how);
    },
  };
  let folderProblems: FolderProblems = [];
  await apps.start();
  const idle = idleWatch(node, mode === "auto", () => finish({ leave: true, next: false }));
  const busy = (change: 1 | -1): void => {
    idle.busy(change);
    quiet.touch();
  };
  const door = await listen(
    () => createHttpServer(routes(node), busy),
    home,
    startedAt,
    lock,
    () => hub.look(),
  );
  await settings.start();
  keeper.answering();
  obeySignals(node);
  const owner = watchOwner(node);
  releaseEarlySignals();
  log(`version ${version}, pid ${process.pid}, home ${home.root}`);
  tellStarter(mode, { ready: true });
  hub.open();
  manager.ready(() => describeProcesses(supervisor));
  if (manifests !== undefined)
    void registerFolder(supervisor, manifests, announce).then((problems) => {
      folderProblems = problems;
    });
  const successor = mode === "foreground" ? "self" : "keeper";
  const how = await ended;
  const afterwards = await end(
    {
      node,
      door,
      keeper,
      lock: clearingLock(home, lock, how),
      files,
      timers: [settings, apps, idle, quiet, schedules, health, manager, owner],
      successor,
    },
    how,
  );
  if (owner.isGone) removeHome(home);
  return afterwards;
}

/** Given back only when nothing is left outside the home, unless another daemon comes at once. */
function clearingLock(home: Home, lock: Lock, { next, expected = false }: Ending): Lock {
  const release = (): void => {
    if (!next && !expected) removeShortSocket(home);
    lock.release();
  };
  return { ...lock, release };
}

function fifosOf(supervisor: Supervisor, process: Supervised): string[] {
  return logTargets(supervisor, process, null).map((target) => target.fifo);
}

/** A lock that was not given back was held by a daemon that died with it. */
function lastEndOf({ givenBack }: Lock, revivals: number): LastEnd {
  if (revivals > 0) return "followed";
  return givenBack ? "ordered" : "unfollowed";
}

function takeOver(supervisor: Supervisor, opened: OpenedStore, announce: (entry: HistoryEntry) => void, lastEnd: LastEnd): void {
  tellBeginning(opened, announce, lastEnd);
  restore(supervisor, readPast(opened));
  const taken = supervisor.listed().filter(({ adopted, machine }) => adopted && pidOf(machine) !== null).length;
  tellTakenOver(opened, announce, taken);
}
