import { type FSWatcher, watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { HistoryEntry } from "../../../core/api/wire.ts";
import { APPS_PROJECT } from "../../../core/config/app-project.ts";
import type { Manifest } from "../../../core/config/definition.ts";
import { formatDiagnostic } from "../../../core/config/diagnostics.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { pidOf } from "../../../core/lifecycle/view.ts";
import { APP_FILE, type ReadApp } from "../../config/read-app-file.ts";
import { readConfigurationText } from "../../config/read-text.ts";
import { isIdle, type Report } from "../../supervisor/actions.ts";
import { declaredOf } from "../../supervisor/instances.ts";
import { register } from "../../supervisor/register.ts";
import type { Supervised } from "../../supervisor/supervised.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { FILE_PATIENCE_TEXT } from "../../watch/file-patience.ts";
import { daemonEntry } from "../past.ts";
import { Absences } from "./absences.ts";
import { refuseCircle } from "./circle.ts";
import { DeletedApps } from "./deleted.ts";
import { type AppFolders, findAppFolders, stampOf } from "./folders.ts";
import { FollowedFiles } from "./followed-files.ts";
import { linkApp } from "./link.ts";
import { VanishedApps } from "./vanished.ts";

/** `ghosts/` is looked at so often whatever the system tells, in ms. */
const LOOK_MS = 5_000;

/** What apps are found and registered with. */
export interface DiscoveryParts {
  /** `ghosts/` of the home, absolute. */
  readonly ghosts: string;
  readonly supervisor: Supervisor;
  readonly announce: (entry: HistoryEntry) => void;
  readonly log: (text: string) => void;
}

/**
 * The apps in `ghosts/`: each folder (or link) with a `.ghost.yaml` is registered, each as a manifest of its own in the project `ghosts`, and started only when
 * somebody wants it. Folders that come and go and files that change are noticed; a file that cannot be used changes nothing and is told until it is mended. One that is
 * away, or empty where it was not, for less than `FILE_PATIENCE_MS` changes nothing either.
 */
export class AppDiscovery {
  private readonly parts: DiscoveryParts;
  private readonly deletedApps: DeletedApps;
  private readonly vanished: VanishedApps;
  /** Folders (or links) without their file, and files that are empty and were not. */
  private readonly absences = new Absences(() => void this.sync());
  private readonly files: FollowedFiles;
  /** What is wrong, by the folder's path. */
  private readonly problems = new Map<string, string>();
  /** The file's text that was taken, by the folder's path. */
  private readonly taken = new Map<string, string>();
  /** Folders whose apps are being stopped and forgotten. */
  private readonly removing = new Map<string, Promise<void>>();
  private folderWatch: FSWatcher | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private stamp = "";
  /** Of each app's file as of the last look, by the folder's path. */
  private fileStamps = new Map<string, string>();
  private syncing: Promise<void> = Promise.resolve();
  private stopped = false;
  /** What is away by then went while no daemon ran. */
  private isFirstLook = true;

  constructor(parts: DiscoveryParts) {
    this.parts = parts;
    this.deletedApps = new DeletedApps(parts.supervisor.parts.store);
    this.vanished = new VanishedApps(parts.supervisor.parts.store);
    this.files = new FollowedFiles(() => this.sync(), parts.log);
  }

  /** Registers what is there, and follows it from now on. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.fresh(), LOOK_MS).unref();
    await this.sync();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.absences.stop();
    this.folderWatch?.close();
    this.files.stop();
  }

  /** For whoever is about to ask for an app by name: a promise where `ghosts/` changed since the last look, else null. */
  fresh(): Promise<void> | null {
    return stampOf(this.parts.ghosts) === this.stamp ? null : this.sync();
  }

  /** For whoever is about to start one: the files are in effect as they are now, also those that were saved a moment ago. */
  async current(): Promise<void> {
    const isSame = ([folder, stamp]: readonly [string, string]): boolean => stampOf(join(folder, APP_FILE)) === stamp;
    await (this.fresh() ?? ([...this.fileStamps].every(isSame) ? this.syncing : this.sync()));
  }

  /** Why there is no app of this name though there is a folder; undefined where nothing is wrong with one. */
  problemOf(name: string): string | undefined {
    return this.problems.get(join(this.parts.ghosts, name));
  }

  /** What is wrong with the file of an app that is registered: it goes by what the file said before. */
  problemWith({ manifestId }: Supervised): string | undefined {
    return this.problems.get(dirname(manifestId));
  }

  /** The name of a deleted app that can be brought back by it; undefined: there is none of this name. */
  deletedName(name: string): string | undefined {
    return this.deletedApps.find(name)?.name;
  }

  /** Somebody deleted a process. Where it was an app in `ghosts/`, it stays away: gives what a person should know of that. */
  deleted({ manifestId, definition }: Supervised): string | undefined {
    const { supervisor, ghosts } = this.parts;
    const folder = dirname(manifestId);
    if (dirname(folder) !== ghosts || supervisor.manifests.has(manifestId) || this.deletedApps.has(folder)) return undefined;
    this.taken.delete(folder);
    this.vanished.forget(folder);
    return this.deletedApps.add(definition.name, folder);
  }

  /** Registers what was deleted of these names again. */
  async bringBack(names: readonly string[]): Promise<void> {
    if (this.deletedApps.bringBack(names)) await this.sync();
  }

  /** What a person should know. */
  warnings(): string[] {
    return [...this.problems.values()];
  }

  /** One look after the other. */
  private sync(): Promise<void> {
    this.stamp = stampOf(this.parts.ghosts);
    this.syncing = this.syncing.then(() => this.look()).catch((error: Error) => this.parts.log(`cannot look for apps: ${error.message}`));
    return this.syncing;
  }

  private async look(): Promise<void> {
    if (this.stopped) return;
    this.watchFolder();
    this.deletedApps.settle();
    this.vanished.settle();
    const found = this.find();
    if (!found) return;
    const { apps, lost, others, troubles } = found;
    const present = new Set([...apps, ...lost]);
    const away = this.takeGoneAway(present);
    this.fileStamps = new Map([...apps, ...away].map((folder) => [folder, stampOf(join(folder, APP_FILE))]));
    this.files.follow(new Set([...present, ...others]));
    const explained = new Set([...present, ...away, ...troubles.keys()]);
    for (const path of this.problems.keys()) if (!explained.has(path)) this.problems.delete(path);
    for (const [path, trouble] of troubles) this.tell(path, trouble);
    await this.takeAll(apps.filter((folder) => !this.deletedApps.has(folder)));
  }

  /** Gives those that are away and may be back in a moment. */
  private takeGoneAway(present: ReadonlySet<string>): string[] {
    for (const folder of present) this.absences.over(folder);
    const away = this.known().filter((folder) => !present.has(folder));
    const waited = away.filter((folder) => !this.isGone(folder));
    this.isFirstLook = false;
    for (const folder of away) if (!waited.includes(folder)) this.remove(folder);
    for (const folder of waited) {
      const file = join(folder, APP_FILE);
      this.tell(folder, `cannot find ${file}: unless it is back within ${FILE_PATIENCE_TEXT}, the app ${basename(folder)} is taken away`);
    }
    return waited;
  }

  /** What went while no daemon ran, and does not run by itself, is not started for the time of the patience. */
  private isGone(folder: string): boolean {
    const runs = this.processesOf(folder).some(({ adopted, machine }) => adopted && pidOf(machine) !== null);
    return (this.isFirstLook && !runs) || this.absences.hasLasted(folder);
  }

  /** While `ghosts/` cannot be read, nothing is known to be gone. */
  private find(): AppFolders | null {
    const { ghosts } = this.parts;
    try {
      return findAppFolders(ghosts);
    } catch (error) {
      this.tell(ghosts, explain(error));
      return null;
    }
  }

  private watchFolder(): void {
    const { ghosts } = this.parts;
    if (this.folderWatch) return;
    try {
      this.folderWatch = watch(ghosts, { persistent: false }, () => void this.fresh());
      this.folderWatch.on("error", () => this.forgetWatch());
    } catch {
      // It is not there, or the system has no watches left: the look every few seconds has to do.
    }
  }

  private forgetWatch(): void {
    this.folderWatch?.close();
    this.folderWatch = null;
  }

  /** Folders whose apps are registered. */
  private known(): string[] {
    const { supervisor, ghosts } = this.parts;
    return [...supervisor.manifests.keys()].filter((id) => dirname(dirname(id)) === ghosts && basename(id) === APP_FILE).map(dirname);
  }

  /** All are read before the first is registered: what one waits for depends on what the others are. */
  private async takeAll(folders: readonly string[]): Promise<void> {
    const read = new Map<string, ReadApp>();
    for (const folder of folders) await this.attempt(folder, async () => this.read(folder, read));
    for (const [folder, app] of read) await this.attempt(folder, () => this.register(folder, app, [...read.values()]));
  }

  private async attempt(folder: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.tell(folder, `cannot use the app ${basename(folder)}: ${explain(error)}`);
    }
  }

  private async read(folder: string, into: Map<string, ReadApp>): Promise<void> {
    const text = this.textIn(folder);
    if (this.taken.get(folder) === text && !this.problems.has(folder)) return;
    const { readAppText } = await import("../../config/read-app-file.ts");
    into.set(folder, await readAppText(folder, text, { environment: process.env, home: dirname(this.parts.ghosts) }));
  }

  /** Throws what is wrong with the file; so it does where the file was emptied, and may be written in a moment. */
  private textIn(folder: string): string {
    const file = join(folder, APP_FILE);
    let text: string | undefined;
    try {
      text = readConfigurationText(file).text;
    } finally {
      if (text !== "") this.absences.over(file);
    }
    const wasEmptied = text === "" && (this.taken.get(folder) ?? "") !== "";
    if (wasEmptied && !this.absences.hasLasted(file))
      throw new GhostError("CONFIG_INVALID", `${file} is empty, and was not before`, {
        hint: `what it said is in effect unless it stays so for ${FILE_PATIENCE_TEXT}`,
      });
    return text;
  }

  private async register(folder: string, read: ReadApp, others: readonly ReadApp[]): Promise<void> {
    const { supervisor, log } = this.parts;
    const id = join(folder, APP_FILE);
    for (const warning of read.warnings) log(formatDiagnostic(warning));
    const path = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
    refuseCircle(read, others, supervisor.listed().map(declaredOf));
    const known = [...others.map((other) => other.definition), ...supervisor.listed().map(declaredOf)];
    const { definition, missing } = linkApp(read, known);
    await this.removing.get(folder);
    const manifest = { id, project: APPS_PROJECT, files: [id], processes: [definition], groups: [], path, secrets: read.secrets };
    await this.apply(manifest, { folder, by: `the daemon, from ${folder}`, start: this.vanished.has(folder) });
    this.vanished.forget(folder);
    this.taken.set(folder, read.text);
    if (missing.length > 0)
      return this.tell(
        folder,
        `cannot find what the app ${definition.name} needs: there is no app ${missing.join(", ")}, and it waits until there is`,
      );
    if (this.problems.delete(folder)) log(`the app in ${folder} was mended: its .ghost.yaml is in effect`);
  }

  /** Stops and forgets, which takes as long as the app needs: only the same folder's next app waits for it. */
  private remove(folder: string): void {
    this.taken.delete(folder);
    if (this.removing.has(folder)) return;
    const id = join(folder, APP_FILE);
    const nothing = { id, project: APPS_PROJECT, files: [id], processes: [], groups: [], path: "", secrets: {} };
    if (this.processesOf(folder).some(isUp)) this.vanished.add(folder);
    const removed = this.apply(nothing, { folder, by: `the daemon: ${id} is gone`, start: false })
      .catch((error: Error) => this.parts.log(`cannot forget the app in ${folder}: ${error.message}`))
      .finally(() => this.wasRemoved(folder, id));
    this.removing.set(folder, removed);
  }

  /** What another app was refused, its name perhaps, may be free now. */
  private wasRemoved(folder: string, id: string): void {
    this.removing.delete(folder);
    if (this.parts.supervisor.manifests.has(id)) return;
    for (const path of [folder, id]) this.absences.over(path);
    if (this.problems.size > 0) void this.sync();
  }

  private async apply(manifest: Manifest, { folder, by, start }: { folder: string; by: string; start: boolean }): Promise<void> {
    const { supervisor, log } = this.parts;
    const report: Report = ({ error }) => {
      if (error) log(`the app in ${folder}: ${error.message}`);
    };
    const told = ({ warnings }: { readonly warnings: readonly string[] }): void => {
      for (const text of warnings) log(`${folder}: ${text}`);
    };
    await register(
      supervisor,
      { manifest, by, start, noWait: true, prune: true, keepScales: true },
      told,
      Object.assign(report, { later: report }),
    );
  }

  /** Once, until it is something else. */
  private tell(folder: string, text: string): void {
    if (this.problems.get(folder) === text) return;
    this.problems.set(folder, text);
    const { supervisor, log, announce } = this.parts;
    log(text);
    const [app] = this.processesOf(folder);
    if (app) supervisor.record(app, null, null, { kind: "configuration-invalid", text });
    // Under its name although nothing of it is registered: `ghost why NAME` asks for that.
    else
      announce(
        supervisor.parts.store.addHistory({ ...daemonEntry("configuration-invalid", text), project: APPS_PROJECT, name: basename(folder) }),
      );
  }

  private processesOf(folder: string): Supervised[] {
    const id = join(folder, APP_FILE);
    return [...this.parts.supervisor.processes.values()].filter(({ manifestId }) => manifestId === id);
  }
}

/** Wanted, and running or about to: one that ran to its end or was given up is not, one whose schedule counts is. */
function isUp({ definition, machine, triggered }: Supervised): boolean {
  return machine.desired === "up" && (definition.schedule === null ? !isIdle(machine) : !triggered);
}

function explain(error: unknown): string {
  if (!(error instanceof GhostError)) return error instanceof Error ? error.message : String(error);
  return error.hint ? `${error.message} (${error.hint})` : error.message;
}
