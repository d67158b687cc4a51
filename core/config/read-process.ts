import type { ProcessDefinition } from "./definition.ts";
import type { Draft, ProcessKey } from "./drafts.ts";
import { MapFields, type Reading } from "./fields.ts";
import { directoryOf } from "./posix-path.ts";
import { readCommand } from "./read-command.ts";
import { readEnvironment, readInherit, readPath, readPaths } from "./read-environment.ts";
import { readAccount, readNice, readUmask } from "./read-identity.ts";
import { readOrchestration } from "./read-orchestration.ts";
import {
  LIMITS_DEFAULT,
  LOGS_DEFAULT,
  RESTART_DEFAULT,
  readLimits,
  readLogs,
  readRestart,
  readStop,
  readWatch,
  STOP_DEFAULT,
} from "./read-policies.ts";

/** Reads all values of a process and fills the defaults in. What it depends on is for `linkDependencies`. Undefined after an error without which there is no process. */
export function readProcess(draft: Draft, project: string, reading: Reading): ProcessDefinition | undefined {
  const { name, place } = draft;
  const map = new MapFields<ProcessKey>(draft.entries, (key) => `${key} of ${name}`, reading);
  const command = readCommand(map);
  if (!map.has("executable") && !map.has("command") && !draft.misspelt) {
    reading.report.error(
      place,
      `cannot register ${name}: it has neither executable nor command`,
      "add `executable: …`, the program to run",
    );
  }
  const rest = readManaged(map, draft, project);
  return command && { ...command, ...rest };
}

/** Reads everything but what is executed. */
export function readManaged(
  map: MapFields<ProcessKey>,
  draft: Draft,
  project: string,
): Omit<ProcessDefinition, "executable" | "args" | "shell"> {
  const { name, place } = draft;
  const restart = map.read("restart", readRestart, RESTART_DEFAULT);
  const orchestration = readOrchestration(map);
  return {
    name,
    project,
    workingDirectory: map.read("working_directory", readPath, directoryOf(place.file)),
    environment: map.read("environment", (field) => readEnvironment(field, name), {}),
    envFiles: map.read("env_file", readPaths, []),
    inherited: map.read("inherit", readInherit, {}),
    type: readType(map, restart, orchestration),
    restart,
    stop: map.read("stop", readStop, STOP_DEFAULT),
    logs: map.read("logs", readLogs, LOGS_DEFAULT),
    watch: map.read("watch", readWatch, null),
    limits: map.read("resource_limits", readLimits, LIMITS_DEFAULT),
    user: map.read("user", readAccount, null),
    group: map.read("group", readAccount, null),
    umask: map.read("umask", readUmask, null),
    nice: map.read("nice", readNice, null),
    dependsOn: [],
    ...orchestration,
    app: null,
    source: { file: place.file, line: place.line },
  };
}

import { readType } from "./read-type.ts";
