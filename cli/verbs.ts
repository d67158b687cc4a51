import type { Command } from "./command.ts";

/** Loads a command's module. */
export type Loader = () => Promise<{ readonly command: Command }>;

/** Every verb, in the order and under the headings of the help. A module is evaluated only when its verb is asked for. */
export const VERB_GROUPS: Readonly<Record<string, Readonly<Record<string, Loader>>>> = {
  Apps: {
    create: () => import("./commands/create.ts"),
    run: () => import("./commands/run.ts"),
    test: () => import("./commands/test.ts"),
    sdk: () => import("./commands/sdk.ts"),
  },
  "Run and stop": {
    register: () => import("./commands/register.ts"),
    plan: () => import("./commands/plan.ts"),
    start: () => import("./commands/start.ts"),
    stop: () => import("./commands/stop.ts"),
    restart: () => import("./commands/restart.ts"),
    reload: () => import("./commands/reload.ts"),
    scale: () => import("./commands/scale.ts"),
    group: () => import("./commands/group.ts"),
    trigger: () => import("./commands/trigger.ts"),
    up: () => import("./commands/up.ts"),
    down: () => import("./commands/down.ts"),
    ci: () => import("./commands/ci.ts"),
    signal: () => import("./commands/signal.ts"),
    delete: () => import("./commands/delete.ts"),
  },
  "See what happens": {
    list: () => import("./commands/list.ts"),
    status: () => import("./commands/status.ts"),
    graph: () => import("./commands/graph.ts"),
    why: () => import("./commands/why.ts"),
    logs: () => import("./commands/logs.ts"),
    env: () => import("./commands/env.ts"),
    metrics: () => import("./commands/metrics.ts"),
    monitor: () => import("./commands/monitor.ts"),
  },
  "Messages and data": {
    bus: () => import("./commands/bus.ts"),
    data: () => import("./commands/data.ts"),
    saga: () => import("./commands/saga.ts"),
  },
  "Other tools' files": {
    import: () => import("./commands/import.ts"),
    export: () => import("./commands/export.ts"),
  },
  "Ghost itself": {
    daemon: () => import("./commands/daemon.ts"),
    hub: () => import("./commands/hub.ts"),
    doctor: () => import("./commands/doctor.ts"),
    schema: () => import("./commands/schema.ts"),
    completions: () => import("./commands/completions.ts"),
    version: () => import("./commands/version.ts"),
  },
};

/** Verb → loader. */
export const VERBS: Readonly<Record<string, Loader>> = Object.assign(Object.create(null), ...Object.values(VERB_GROUPS));

/** Verbs that only Ghost itself calls: neither help nor completions know them. */
const HIDDEN_VERBS: Readonly<Record<string, Loader>> = {
  "app-config": () => import("./commands/app-config.ts"),
  complete: () => import("./commands/complete.ts"),
  "end-run": () => import("./commands/end-run.ts"),
  "hub-sql": () => import("./commands/hub-sql.ts"),
};

/** The loader of any verb, hidden ones included. */
export function findLoader(verb: string): Loader | undefined {
  return VERBS[verb] ?? (Object.hasOwn(HIDDEN_VERBS, verb) ? HIDDEN_VERBS[verb] : undefined);
}
