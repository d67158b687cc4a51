import { APPS_PROJECT } from "../../../core/config/app-project.ts";
import type { Dependency, ProcessDefinition, WatchPolicy } from "../../../core/config/definition.ts";
import { bareCondition } from "../../../core/config/link-dependencies.ts";
import { APP_FILE, type ReadApp } from "../../config/read-app-file.ts";

/** An app whose dependencies mean something, now that the others are known. */
export interface LinkedApp {
  readonly definition: ProcessDefinition;
  /** Names that no app has. */
  readonly missing: readonly string[];
}

/** Gives what an app needs by name alone its meaning: healthy if the other has a check, completed if it is a one-shot, else started. */
export function linkApp({ app, definition }: ReadApp, known: readonly ProcessDefinition[]): LinkedApp {
  const find = (name: string): ProcessDefinition | undefined => known.find((each) => each.project === APPS_PROJECT && each.name === name);
  const link = (dependency: Dependency): Dependency => {
    const other = find(dependency.name);
    return other && app.bareNeeds.includes(dependency.name) ? { ...dependency, condition: bareCondition(other) } : dependency;
  };
  const missing = definition.dependsOn.filter(({ name }) => !find(name)).map(({ name }) => name);
  const watch = definition.watch && besidesItsFile(definition.watch);
  return { definition: { ...definition, watch, dependsOn: definition.dependsOn.map(link) }, missing };
}

/** The file itself is followed here anyway, and restarts what it has to. */
function besidesItsFile(policy: WatchPolicy): WatchPolicy {
  return { ...policy, ignore: [...policy.ignore, APP_FILE] };
}
