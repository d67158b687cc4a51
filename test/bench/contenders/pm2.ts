import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../place.ts";
import type { Contender, Setup, Workload } from "./contender.ts";

/** PM2 from its package's folder, run by this Node. */
export function pm2Contender(packageFolder: string, node: string): Contender {
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string };
  const pm2 = [node, join(packageFolder, "bin", "pm2")];
  return { name: "pm2", version, versionCommand: [...pm2, "--version"], setUp: (place) => setUp(pm2, place) };
}

function setUp(pm2: readonly string[], place: Place): Setup {
  const file = join(place.base, "ecosystem.config.json");
  return {
    launch: [...pm2, "ping"],
    status: [...pm2, "ls"],
    stop: [...pm2, "kill"],
    // Without this the daemon asks a server of its makers for news.
    env: { PM2_HOME: join(place.base, "home"), PM2_DISABLE_VERSION_CHECK: "true" },
    declare: (workload) => {
      writeFileSync(file, ecosystem(place, workload));
      return [...pm2, "start", file];
    },
    foreground: (app) => [...pm2, "start", "--no-daemon", "--force", app],
    logFiles: (name) => [outFile(place, name)],
  };
}

function ecosystem(place: Place, { names, argv }: Workload): string {
  const [script, ...args] = argv;
  // Neither looking for a version control system nor watching the program from inside is part of the work.
  const rest = { script, args, interpreter: "none", exec_mode: "fork", autorestart: true, vizion: false, pmx: false };
  return JSON.stringify({ apps: names.map((name) => ({ name, out_file: outFile(place, name), ...rest })) });
}

function outFile(place: Place, name: string): string {
  return join(place.base, "home", "logs", `${name}-out.log`);
}
