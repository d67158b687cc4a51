import type { AppConfiguration } from "./app-configuration.ts";
import type { WatchPolicy } from "./definition.ts";

/** The folders of an app in which it writes by custom. */
const CUSTOMARY = ["logs", "data"] as const;

/**
 * What of an app's folder is watched: everything but what the app writes itself, in `logsPath`, `dataPath`, `logs/` and `data/`. Who names `paths` chose, and nothing
 * is added to that.
 */
export function watchOfApp(policy: WatchPolicy, { directory, logsPath, dataPath }: AppPlaces): WatchPolicy {
  if (policy.paths.some((path) => path !== ".")) return policy;
  const own = [logsPath, dataPath].filter((path) => path?.startsWith(`${directory}/`)).map((path) => path?.slice(directory.length + 1));
  // With `/**`, for a name alone would fit the folder `src/data`, too.
  const ignore = [...new Set([...CUSTOMARY, ...own])].map((path) => `${path}/**`);
  return { ...policy, ignore: [...policy.ignore, ...ignore.filter((path) => !policy.ignore.includes(path))] };
}

type AppPlaces = Pick<AppConfiguration, "directory" | "logsPath" | "dataPath">;
