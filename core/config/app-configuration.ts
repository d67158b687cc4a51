import { appConfigText } from "./app-text.ts";
import { watchOfApp } from "./app-watch.ts";
import type { DataConfiguration } from "./data-configuration.ts";
import type { AppPart, ProcessDefinition } from "./definition.ts";
import type { Place } from "./diagnostics.ts";

/** Who runs an app's entry. `ghost`: this very program; `auto`: by the entry's ending; `exec`: the entry is a program itself. */
export const APP_RUNTIMES = ["auto", "ghost", "node", "bun", "deno", "python", "exec"] as const;
export type AppRuntime = (typeof APP_RUNTIMES)[number];

/** What an app may ask of the daemon besides its own life. `orchestrator`: GHOST.CONTROL, processes and groups of this home. */
export const APP_GRANTS = ["orchestrator"] as const;
export type AppGrant = (typeof APP_GRANTS)[number];

/** An app as its `.ghost.yaml` describes it, every default filled in. Paths are absolute, but for `entry`. */
export interface AppConfiguration {
  /** The process's name. Default: the folder's name. */
  readonly id: string;
  /** For display. Default: the id. */
  readonly name: string;
  readonly description: string | null;
  readonly version: string | null;
  /** The app's folder. */
  readonly directory: string;
  /** The `.ghost.yaml`. */
  readonly file: string;
  /** The environment the app works for, e.g. `production`. Default `development`. */
  readonly mode: string;
  /** Where out.log and err.log go instead of the home's `logs/`; null: there. */
  readonly logsPath: string | null;
  /** Where the app's own files belong; null: it has no folder of its own. */
  readonly dataPath: string | null;
  readonly settings: AppSettings;
  /** Relative to the folder. Null: the first of `ENTRIES` that is there. */
  readonly entry: string | null;
  /** Where that stands; null where it does not. */
  readonly entryPlace: Place | null;
  readonly runtime: AppRuntime;
  readonly args: readonly string[];
  readonly grants: readonly AppGrant[];
  readonly data: DataConfiguration;
  /** Which sections about data the file has: the app is told of these alone. */
  readonly dataSections: readonly ("cache" | "encryption" | "resilience")[];
  /** Which of these the file says itself: about the others the app's code may decide. */
  readonly says: { readonly type: boolean; readonly restart: boolean };
  /** What it needs by name alone: what is awaited of the other depends on what that is (`bareCondition`). */
  readonly bareNeeds: readonly string[];
  /** What it is as a process, but for what is executed. */
  readonly process: AppProcess;
}

/** `core.settings` */
export interface AppSettings {
  /** An app that is started by hand starts the daemon and registers itself. Default false. */
  readonly autoGhostFather: boolean;
  /** It beats and reports metrics. Default true. */
  readonly autoMonitor: boolean;
  /** Default: service if it restarts, has a check, listens or has several instances, else oneshot. */
  readonly type: ProcessDefinition["type"];
}

/** A process's definition without what is executed, which is for the runtime to say. */
export type AppProcess = Omit<ProcessDefinition, "executable" | "args" | "shell">;

/** What an app without `entry` begins with: the first of these in its folder. */
export const ENTRIES = ["app.ts", "app.js", "main.ts", "index.ts", "app.py"] as const;

/** How an app is run, as `runtime/apps/launch.ts` finds out. */
export interface AppLaunch {
  readonly executable: string;
  readonly args: readonly string[];
  /** Variables that the runtime needs; the app's own win. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The process that runs an app. */
export function definitionOfApp(app: AppConfiguration, launch: AppLaunch): ProcessDefinition {
  const { process: managed } = app;
  return {
    ...managed,
    watch: managed.watch && watchOfApp(managed.watch, app),
    app: appPart(app),
    executable: launch.executable,
    args: launch.args,
    shell: false,
    environment: { ...launch.environment, ...managed.environment },
  };
}

function appPart(app: AppConfiguration): AppPart {
  const { file, grants, logsPath, settings, says } = app;
  return { file, config: appConfigText(app), grants, logsPath, monitored: settings.autoMonitor, says };
}
