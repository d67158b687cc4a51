import type { ForegroundRequest } from "../../core/api/foreground.ts";
import type { ProcessDetail, RunResult } from "../../core/api/wire.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { isOwnName, OWN_MANIFEST_ID } from "../../core/config/own-processes.ts";
import type { AppWord } from "../../core/lifecycle/app-word.ts";
import { type Machine, registered } from "../../core/lifecycle/state.ts";
import type { Heard } from "./app-beats.ts";
import type { StoredProcess } from "./store.ts";

/** What a probe said, as `status` shows it. */
export type ProbeWord = NonNullable<ProcessDetail["probe"]>;

/** What the last sample saw of a tree. */
export interface Usage {
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly privateBytes: number;
  readonly threads: number;
}

export const NO_USAGE: Usage = { cpuPercent: 0, memoryBytes: 0, privateBytes: 0, threads: 0 };

/** A stop that is under way; `harder` turns it into a kill. */
export interface StopUnderWay {
  harder(): void;
}

/** One registered process, as the supervisor holds it in memory. The parts of the supervisor share it; only `dispatch` changes `machine`. */
export interface Supervised {
  readonly key: string;
  readonly id: string;
  /** 0 for the first, and for one that is alone. */
  readonly instance: number;
  manifestId: string;
  /** What is in effect: as declared, and for an app what its code says besides. */
  definition: ProcessDefinition;
  /** As it was declared, where something else is in effect; else null. */
  declared: ProcessDefinition | null;
  /** What the app's code said of itself, in any run that this daemon saw. */
  word: AppWord | null;
  /** The app's last beat. */
  heard: Heard | null;
  machine: Machine;
  /** The last cause, as a phrase. */
  why: string;
  /** Members of the current run's tree that were ever seen: pid → start ticks. */
  members: Map<number, number>;
  usage: Usage;
  /** CPU ticks of each member at the last sample, by pid. */
  cpuSample: { readonly atMs: number; readonly ticks: ReadonlyMap<number, number> } | null;
  /** CPU time of all its runs that this daemon's samples saw, in seconds. */
  cpuSeconds: number;
  /** True when the current run was not started by this daemon: its exit does not come from the runtime. */
  adopted: boolean;
  /** The environment that the current run got; null when it was adopted. Its secrets are never shown. */
  environment: Readonly<Record<string, string>> | null;
  /** Values to mask in anything that is shown. */
  secretValues: readonly string[];
  /** The dependencies whose condition held when it was last looked at, by name. */
  held: Set<string>;
  /** How many requests are exchanging its instances one by one: meanwhile its dependents are not to take that for a loss. */
  reloads: number;
  /** The last word of its health check in this run. */
  probe: ProbeWord | null;
  /** How the last runs of a one-shot ended, newest first. */
  results: readonly RunResult[];
  /** Who asked for the current run. */
  startedBy: string;
  /** Runs an app's tests: nothing of it is told of the app. */
  isTest: boolean;
  /** When its schedule runs it next, in ms since 1970; null without a schedule, and while that is not armed. */
  nextRunMs: number | null;
  /** True while one that is not armed runs because it was triggered: at the end of that run it is wanted no longer. */
  triggered: boolean;
  backoffTimer: ReturnType<typeof setTimeout> | undefined;
  stopping: StopUnderWay | null;
  /** Hands on what is asked of it to where it is supervised (see `guests.ts`); null: here. */
  send: ((request: ForegroundRequest) => void) | null;
  /** Those who wait for any change of this process. */
  readonly waiters: Set<() => void>;
}

/** `project/name`, of further instances `project/name:N`; unique in a home. */
export function keyOf({ project, name }: Pick<ProcessDefinition, "project" | "name">, instance = 0): string {
  return instance === 0 ? `${project}/${name}` : `${project}/${name}:${instance}`;
}

/** Run by Ghost itself: people see it only where they name it in full. */
export function isOwn({ manifestId }: Pick<Supervised, "manifestId">): boolean {
  return manifestId === OWN_MANIFEST_ID;
}

/** What people call it: `api`, and `api:1` where there are several or it is not the first. */
export function labelOf({ definition, instance }: Pick<Supervised, "definition" | "instance">): string {
  if (isOwnName(definition)) return keyOf(definition);
  return instance === 0 && definition.instances === 1 ? definition.name : `${definition.name}:${instance}`;
}

/** One instance more than its definition asks for: it is being taken away. */
export function isSurplus({ definition, instance }: Pick<Supervised, "definition" | "instance">): boolean {
  return instance >= definition.instances;
}

/** A process in memory, from what is on disk or just registered. */
export function supervise(stored: Pick<StoredProcess, "key" | "id" | "manifestId" | "definition"> & Partial<StoredProcess>): Supervised {
  return {
    key: stored.key,
    id: stored.id,
    instance: stored.instance ?? 0,
    manifestId: stored.manifestId,
    definition: stored.definition,
    declared: null,
    word: null,
    heard: null,
    machine: stored.machine ?? registered,
    why: "registered",
    members: new Map(stored.members ?? []),
    usage: NO_USAGE,
    cpuSample: null,
    cpuSeconds: 0,
    adopted: false,
    environment: null,
    secretValues: [],
    backoffTimer: undefined,
    held: new Set(),
    reloads: 0,
    probe: null,
    results: stored.results ?? [],
    startedBy: "ghost",
    isTest: false,
    nextRunMs: null,
    triggered: false,
    stopping: null,
    send: null,
    waiters: new Set(),
  };
}
