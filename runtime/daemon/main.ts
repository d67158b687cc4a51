/** The daemon's composition root: everything is put together here and nowhere else. */
import { chmodSync, rmSync, writeFileSync, writeSync } from "node:fs";
import type { Server } from "node:http";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readNodeConfiguration } from "../config/read-node-file.ts";
import { startLogPump } from "../logs/pump.ts";
import { bootId } from "../process/identity.ts";
import { type Keeper, startKeeper } from "../process/keeper.ts";
import { becomeSubreaper } from "../process/subreaper.ts";
import { stopAll } from "../supervisor/actions.ts";
import { type OpenedStore, openStore } from "../supervisor/open-store.ts";
import { type Past, restore } from "../supervisor/restore.ts";
import { Sampler } from "../supervisor/sampler.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { FileWatch } from "../supervisor/watch.ts";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { selfCommand } from "../system/self.ts";
import { version } from "../system/version.ts";
import { EventFeed } from "./event-feed.ts";
import { findHome, type Home, prepareHome } from "./home.ts";
import { createHttpServer } from "./http.ts";
import { idleWatch } from "./idle.ts";
import { log } from "./journal.ts";
import { daemonEnvironment, type ReadyLine } from "./launch.ts";
import { type Lock, takeLock } from "./lock.ts";
import type { DaemonNode } from "./node.ts";
import { QuietTrim } from "./quiet.ts";
import { daemonRoutes } from "./routes/daemon.ts";
import { historyRoutes } from "./routes/history.ts";
import { manifestRoutes } from "./routes/manifests.ts";
import { processRoutes } from "./routes/processes.ts";
import { systemRoutes } from "./routes/system.ts";

/** An answer that is on its way out gets so long before the daemon ends, in ms. */
const FAREWELL_MS = 500;

/** How the daemon was started: `foreground` by a service manager or a person, else by another command, which wants to hear when it is ready. */
type Mode = "foreground" | "explicit" | "auto";

/**
 * Runs the daemon of a home until it is told to end; resolves with the exit code. When another daemon has the home, that is
 * an error in the foreground and none in the background.
 */
export async function runDaemon(root: string): Promise<number> {
  const mode = readMode();
  try {
    const home = findHome(root);
    prepareHome(home);
    const lock = takeLock(home.lockFile);
    if (lock) return await serve(home, lock, mode);
    if (mode === "foreground") throw new GhostError("FAILED", `cannot start the daemon: another one runs in ${home.root}`, { hint: "ghost daemon status; ghost daemon stop" });
    say(mode, { alreadyRunning: true });
    return 0;
  } catch (error) {
    if (mode === "foreground") throw error;
    const known = error instanceof GhostError ? error : new GhostError("DAEMON_START_FAILED", `cannot start the daemon: ${(error as Error).message}`);
    log(known === error ? known.message : String((error as Error).stack));
    say(mode, { error: known.body() });
    return known.exitCode;
  }
}

function readMode(): Mode {
  const mode = process.env.GHOST_DAEMON;
  // Only this process was started that way: what it starts must not believe it was, too.
  delete process.env.GHOST_DAEMON;
  return mode === "explicit" || mode === "auto" ? mode : "foreground";
}

function say(mode: Mode, line: ReadyLine): void {
  if (mode === "foreground") return;
  try {
    writeSync(1, `${JSON.stringify(line)}\n`);
  } catch {
    // Nobody listens any more.
  }
}

async function serve(home: Home, lock: Lock, mode: Mode): Promise<number> {
  rmSync(home.stoppedMarker, { force: true });
  const revivals = Number(process.env.GHOST_REVIVALS ?? 0);
  delete process.env.GHOST_REVIVALS;
  delete process.env.PAUSE;
  const opened = await openStore(home);
  const { configuration } = await readNodeConfiguration(home.root, process.env).catch((error: unknown) => {
    opened.store.close();
    throw error;
  });
  const feed = new EventFeed();
  const quiet = new QuietTrim();
  const announce = (entry: HistoryEntry): void => {
    feed.publish(entry);
    quiet.touch();
  };
  const pump = await startLogPump();
  const supervisor = new Supervisor({ store: opened.store, secrets: opened.secrets, pump, home, subreaper: becomeSubreaper(), announce });
  const sampler = new Sampler(supervisor, configuration.monitoring);
  const files = new FileWatch(supervisor);
  supervisor.onRunChange = (process) => files.update(process);
  pump.onEvent = (event) => noteLogEvent(supervisor, event);

  const note = (kind: string, text: string): void =>
    announce(opened.store.addHistory({ timeMs: Date.now(), project: null, name: null, instance: 0, from: null, to: null, cause: { kind, text } }));
  tellBeginning(opened, note, revivals);
  restore(supervisor, readPast(opened));
  for (const process of supervisor.processes.values()) files.update(process);
  sampler.start();

  let finishNow: (how: { leave: boolean; next: boolean }) => void = () => {};
  const ended = new Promise<{ leave: boolean; next: boolean }>((resolve) => {
    finishNow = resolve;
  });
  const node: DaemonNode = {
    home,
    supervisor,
    sampler,
    feed,
    startedAt: new Date().toISOString(),
    version,
    helperPids: () => (keeper?.pid ? [keeper.pid] : []),
    warnings: () => warnings(opened),
    finish: finishNow,
  };
  const idle = idleWatch(node, mode === "auto", () => finishNow({ leave: true, next: false }));
  const server = createHttpServer([...processRoutes(node), ...manifestRoutes(node), ...historyRoutes(node), ...systemRoutes(node), ...daemonRoutes(node)], (change) => {
    idle.busy(change);
    quiet.touch();
  });
  await listen(server, home);
  const keeper = mode === "foreground" ? null : startKeeper({ command: [...selfCommand(), "daemon", "--foreground", "--home", home.root], environment: daemonEnvironment(home, mode), directory: "/", revivals, stderr: 2 });
  onSignals(node);
  log(`version ${version}, pid ${process.pid}, home ${home.root}`);
  say(mode, { ready: true });

  const how = await ended;
  quiet.stop();
  await finish({ node, server, keeper, lock, files, idle }, how);
  return 0;
}

/** The address is written when the socket answers, so that nobody reads it too early. */
async function listen(server: Server, home: Home): Promise<void> {
  rmSync(home.socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(home.socket, resolve);
  });
  chmodSync(home.socket, 0o600);
  writeFileAtomically(home.pidFile, JSON.stringify({ pid: process.pid, socket: home.socket, version, startedAt: new Date().toISOString() }));
}

function tellBeginning({ store, damage }: OpenedStore, note: (kind: string, text: string) => void, revivals: number): void {
  if (damage) {
    const text = `${describeDamage(damage)}; history and counters begin anew`;
    log(text);
    note("state-damaged", text);
  }
  const boot = store.getMeta("boot");
  if (boot !== undefined && boot !== bootId) note("boot", "the machine was started again");
  note("daemon-started", revivals > 0 ? `the daemon (${version}) came back after an end that nobody ordered` : `the daemon (${version}) started`);
}

/** How the last daemon ended, from its own record. */
function readPast({ store, damage }: OpenedStore): Past {
  const boot = store.getMeta("boot");
  const ended = store.getMeta("ended");
  store.setMeta("boot", bootId);
  store.setMeta("ended", "");
  const otherBoot = boot !== undefined && boot !== bootId;
  return { otherBoot, freshStart: ended === "stopped" || otherBoot || damage !== null, recovered: damage !== null };
}

function warnings({ store, damage }: OpenedStore): string[] {
  const found: string[] = [];
  if (store.problem) found.push(`state is not saved: ${store.problem.message}${store.problem.hint ? ` (${store.problem.hint})` : ""}`);
  if (damage) found.push(describeDamage(damage));
  return found;
}

function describeDamage({ asideFile, recovered, reason }: NonNullable<OpenedStore["damage"]>): string {
  const aside = asideFile === null ? "" : ` and was set aside as ${asideFile}`;
  return `state.db was damaged (${reason})${aside}; ${recovered} ${recovered === 1 ? "definition was" : "definitions were"} recovered from its copy`;
}

/** Trouble with a log belongs into the story of its process. */
function noteLogEvent(supervisor: Supervisor, event: Parameters<Supervisor["parts"]["pump"]["onEvent"]>[0]): void {
  if (event.kind === "rotated") return;
  const process = supervisor.processes.get(event.key.slice(0, event.key.lastIndexOf("/")));
  const stream = event.key.endsWith("/err") ? "err.log" : "out.log";
  if (!process) return;
  switch (event.kind) {
    case "gap":
      return supervisor.record(process, null, null, { kind: "log-gap", text: `${event.droppedBytes} bytes are missing in ${stream}: the disk was full`, facts: { droppedBytes: event.droppedBytes } });
    case "error":
      return supervisor.record(process, null, null, { kind: "log-error", text: `${stream} cannot be written: ${event.message}`, facts: { code: event.code } });
    case "recovered":
      return supervisor.record(process, null, null, { kind: "log-recovered", text: `${stream} is written again` });
    default:
      event satisfies never;
  }
}

/** SIGTERM and SIGINT end the daemon in order; a second one kills what does not end. SIGHUP is for terminals, and the daemon has none. */
function onSignals(node: DaemonNode): void {
  let asked = false;
  const stop = (signal: NodeJS.Signals): void => {
    const processes = [...node.supervisor.processes.values()].filter((process) => !["stopped", "exited", "failed"].includes(process.machine.state.at));
    const request = { by: `${signal} to the daemon`, keepDesired: true, force: asked };
    const again = asked;
    asked = true;
    void stopAll(node.supervisor, processes, request, () => {}).then(() => {
      if (!again) node.finish({ leave: false, next: false });
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {});
}

interface Running {
  readonly node: DaemonNode;
  readonly server: Server;
  readonly keeper: Keeper | null;
  readonly lock: Lock;
  readonly files: FileWatch;
  readonly idle: { stop(): void };
}

/** Ends in order: nobody new, nothing more watched, logs drained, state closed; last the lock, so that the next daemon finds all of it done. */
async function finish({ node, server, keeper, lock, files, idle }: Running, { leave, next }: { leave: boolean; next: boolean }): Promise<void> {
  const { supervisor, sampler, home } = node;
  idle.stop();
  sampler.stop();
  files.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, FAREWELL_MS).unref())]);
  server.closeAllConnections();
  for (const process of supervisor.processes.values()) supervisor.release(process);
  await supervisor.parts.pump.stop();
  const { store } = supervisor.parts;
  store.setMeta("ended", leave ? "left" : "stopped");
  announceEnd(node, leave, next);
  store.close();
  rmSync(home.pidFile, { force: true });
  rmSync(home.socket, { force: true });
  if (!leave) writeFileSync(home.stoppedMarker, "");
  lock.release();
  if (next && keeper) await keeper.callNext();
  else await keeper?.dismiss();
}

function announceEnd({ supervisor }: DaemonNode, leave: boolean, next: boolean): void {
  const text = next ? "the daemon was restarted; processes go on" : leave ? "the daemon ended; processes go on" : "the daemon was stopped, and its processes with it";
  log(text);
  supervisor.parts.store.addHistory({ timeMs: Date.now(), project: null, name: null, instance: 0, from: null, to: null, cause: { kind: "daemon-ended", text } });
}
