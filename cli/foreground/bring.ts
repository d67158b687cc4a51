import type { PlanChange, ProcessView } from "../../core/api/wire.ts";
import { passOnEnvironment } from "../../core/config/caller-environment.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { graphOfManifest } from "../../core/graph/of-manifest.ts";
import { partOfGraph } from "../../core/graph/part.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";

/** What `up` has to do with, and how it found it. */
export interface Brought {
  /** Only what was asked for and what that needs, with the caller's environment where `up` brings it. */
  readonly manifest: Manifest;
  /** `project/name` of each. */
  readonly all: readonly string[];
  /** Those that are forgotten at the end: nobody else registered them. */
  readonly own: readonly string[];
  /** Those that were registered before and at rest: they are stopped again at the end. */
  readonly rested: readonly string[];
  /** Those that ran before, or waited for their schedule: they go on at the end. */
  readonly running: readonly string[];
}

/** Words for what is at rest. */
const AT_REST: ReadonlySet<string> = new Set(["stopped", "exited", "failed"]);

/**
 * Chooses from a file what `names` (all without one) mean with all that it needs, and looks at what of it is registered. What `register` brought keeps its
 * definition's environment, and stays; what is new, or was brought by an earlier `up`, gets the caller's.
 */
export async function chooseBrought(
  client: DaemonClient,
  manifest: Manifest,
  names: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Brought> {
  const chosen = new Set(partOfGraph(graphOfManifest(manifest), names).nodes.map(({ name }) => name));
  const part = { ...manifest, processes: manifest.processes.filter(({ name }) => chosen.has(name)) };
  const all = part.processes.map(keyOf);
  const before = new Map((await client.processes()).map((view) => [keyOf(view), view]));
  const { changes } = await client.plan({ manifest: part });
  const ofUp = new Set(changes.filter(isFromUp).map(keyOf));
  const own = all.filter((key) => !before.has(key) || ofUp.has(key));
  return {
    manifest: passOnEnvironment(part, variables, (definition) => own.includes(keyOf(definition))),
    all,
    // What an earlier `up -d` brought is `down`'s to forget.
    own: own.filter((key) => !before.has(key)),
    rested: all.filter((key) => isAtRest(before.get(key))),
    running: all.filter((key) => before.has(key) && !isAtRest(before.get(key))),
  };
}

/** PATH is passed on by `up` alone: a file has no need to name it, and `inherit: true` has it on both sides. */
function isFromUp({ differences }: PlanChange): boolean {
  return differences.some(({ key, after }) => key === "inherit.PATH" && after === null);
}

function isAtRest(view: ProcessView | undefined): boolean {
  // One that waits for its schedule is at work.
  return view !== undefined && AT_REST.has(view.status) && view.nextStartAt === null;
}

function keyOf({ project, name }: { readonly project: string; readonly name: string }): string {
  return `${project}/${name}`;
}
