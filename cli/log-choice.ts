import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ProcessView } from "../core/api/wire.ts";
import { isOwnName } from "../core/config/own-processes.ts";
import { GhostError } from "../core/errors/ghost-error.ts";
import { type SelectableGroup, selectProcesses } from "../core/graph/select.ts";
import { findSocket } from "../runtime/client/address.ts";
import { clientPlaces } from "../runtime/client/home.ts";
import type { Context } from "./context.ts";

/** The logs of one process, wherever they lie. */
export interface LogPlace {
  readonly project: string;
  readonly name: string;
  readonly instance: number;
  /** Ghost's own, shown only where it is named in full. */
  readonly own: boolean;
  readonly out: string;
  readonly err: string;
  /** It runs on somebody's terminal at the moment; what lies here is of other runs. */
  readonly foreground: boolean;
}

/**
 * Finds the logs that the names choose: by the daemon's word if it runs, and by the folders, which also hold those of processes that were deleted.
 * Only the daemon knows groups.
 */
export async function findLogs(context: Context): Promise<LogPlace[]> {
  const views = await askDaemon(context);
  const told = views.map(({ project, name, instance, logs, foreground = false }) => ({
    project,
    name,
    instance,
    own: false,
    out: logs.out,
    err: logs.err,
    foreground,
  }));
  const places = mergePlaces(told, scanFolders(clientPlaces(context.home).logs));
  if (context.names.length === 0) return places.filter(({ own }) => !own);
  try {
    return selectProcesses(context.names, places, groupsOf(views));
  } catch (error) {
    throw await explained(context, error);
  }
}

/** Of what ran in the foreground there is a history, and no log. */
async function explained(context: Context, error: unknown): Promise<unknown> {
  if (!(error instanceof GhostError) || error.code !== "NOT_FOUND") return error;
  const [name = ""] = context.names;
  const told = await context
    .connect("never")
    .history({ names: [name], limit: 1 })
    .catch(() => []);
  if (told.length === 0) return error;
  return new GhostError("NOT_FOUND", `cannot show logs of ${name}: there are none`, {
    hint: `what ran in the foreground wrote to its terminal alone; ghost why ${name} tells what happened to it`,
  });
}

function groupsOf(views: readonly ProcessView[]): SelectableGroup[] {
  const groups = new Map<string, { project: string; name: string; processes: string[] }>();
  for (const { project, name, groups: names } of views) {
    for (const group of names) {
      const key = `${project}/${group}`;
      const known = groups.get(key) ?? { project, name: group, processes: [] };
      groups.set(key, known);
      known.processes.push(name);
    }
  }
  return [...groups.values()];
}

/** A daemon that does not answer keeps nobody from reading logs. */
async function askDaemon(context: Context): Promise<readonly ProcessView[]> {
  if (!findSocket(clientPlaces(context.home))) return [];
  try {
    return await context.connect("never").processes();
  } catch {
    return [];
  }
}

function scanFolders(root: string): LogPlace[] {
  return foldersIn(root).flatMap((project) =>
    foldersIn(join(root, project)).map((folder) => {
      const [name = folder, instance = "0"] = folder.split(":");
      const path = join(root, project, folder);
      return {
        project,
        name,
        instance: Number(instance),
        own: isOwnName({ project, name }),
        out: join(path, "out.log"),
        err: join(path, "err.log"),
        foreground: false,
      };
    }),
  );
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    // Members of a home's group may speak to its daemon, and read none of its files.
    throw new GhostError("PERMISSION_DENIED", `cannot read the logs in ${path}: permission denied`, {
      hint: "they are their owner's alone: run this as the user of the daemon (sudo)",
    });
  }
}

function mergePlaces(first: readonly LogPlace[], second: readonly LogPlace[]): LogPlace[] {
  const known = new Set(first.map(({ out }) => out));
  return [...first, ...second.filter(({ out }) => !known.has(out))];
}
