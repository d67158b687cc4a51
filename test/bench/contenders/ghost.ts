import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GHOST } from "../../rig/ghost.ts";
import type { Place } from "../place.ts";
import type { Contender, Setup, Workload } from "./contender.ts";
import { rotatedFiles } from "./rotated.ts";

/** The project that the workload is registered in: a folder's name in the logs. */
const PROJECT = "bench";

/**
 * Ghost as the environment's `GHOST_BIN` names it, default `dist/ghost`, copied into this folder: a build meanwhile changes nothing, and
 * other daemons of the same file do not share its pages, which would make its memory look small. Throws when it cannot be run.
 */
export function ghostContender(folder: string): Contender {
  const ghost = ownCopy(folder);
  const versionCommand = [...ghost, "version"];
  const { stdout, status } = spawnSync(versionCommand[0]!, versionCommand.slice(1), { encoding: "utf8" });
  if (status !== 0) throw new Error(`cannot run ${GHOST.join(" ")}: build it first with npm run build`);
  return { name: "ghost", version: stdout.trim().replace(/^ghost /, ""), versionCommand, setUp: (place) => setUp(ghost, place) };
}

/** Of a binary only; `node /…/ghost.js` stays as it is, because the runtime belongs to the machine. */
function ownCopy(folder: string): readonly string[] {
  const [program = ""] = GHOST;
  if (GHOST.length > 1 || !existsSync(program)) return GHOST;
  const copy = join(folder, "ghost");
  copyFileSync(program, copy);
  return [copy];
}

function setUp(ghost: readonly string[], place: Place): Setup {
  const home = join(place.base, "home");
  const file = join(place.base, "processes.yaml");
  return {
    launch: [...ghost, "daemon"],
    status: [...ghost, "status"],
    stop: [...ghost, "daemon", "stop"],
    env: { GHOST_HOME: home },
    declare: (workload) => {
      writeFileSync(file, processesYaml(workload));
      return [...ghost, "register", file, "--start"];
    },
    manifest: (path) => ({ register: [...ghost, "register", path], plan: [...ghost, "plan", path] }),
    foreground: (app) => [...ghost, "run", app],
    logFiles: (name) => rotatedFiles(join(home, "logs", PROJECT, name), "out.log"),
  };
}

function processesYaml({ names, argv }: Workload): string {
  const [executable, ...args] = argv;
  const one = (name: string) => `  - name: ${name}\n    executable: ${executable}\n    args: ${JSON.stringify(args)}\n    restart: true\n`;
  return `project: ${PROJECT}\nprocesses:\n${names.map(one).join("")}`;
}
