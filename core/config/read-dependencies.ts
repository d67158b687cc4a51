import type { Dependency } from "./definition.ts";
import type { Place } from "./diagnostics.ts";
import { type Field, readChoice, readMap, readText, refuse } from "./fields.ts";
import { DEPENDENCY_KEYS } from "./orchestration-keys.ts";
import type { MapEntry, Tree } from "./yaml-tree.ts";

/** A dependency as a file declares it. */
export interface DeclaredDependency {
  readonly name: string;
  /** Of the name. */
  readonly place: Place;
  /** Null: the bare form, whose meaning depends on the other. */
  readonly condition: Dependency["condition"] | null;
  /** Where the condition stands, else the name. */
  readonly conditionPlace: Place;
  readonly onLoss: Dependency["onLoss"];
}

const CONDITIONS = ["started", "healthy", "completed"] as const;
/** The words of Compose and process-compose. */
const CONDITION_ANSWERS = {
  service_started: "write started",
  service_healthy: "write healthy",
  service_completed_successfully: "write completed",
  process_started: "write started",
  process_healthy: "write healthy",
  process_completed: "write completed",
  process_completed_successfully: "write completed",
  process_log_ready: "write healthy, and give the other `health_check: { log: … }`",
  ready: "write healthy",
  running: "write started",
};
const LOSSES = ["ignore", "hold", "restart", "stop"] as const;

/** `depends_on`: a name, a list of names, or a map from name to `{ condition, on_loss }`. */
export function readDependencies(field: Field): DeclaredDependency[] {
  const { tree } = field;
  if (tree.kind === "map") return [...tree.entries.values()].flatMap((entry) => readEntry(entry, field) ?? []);
  const found = new Map<string, DeclaredDependency>();
  for (const item of tree.kind === "list" ? tree.items : [tree]) {
    const name = readName({ ...field, tree: item });
    if (name === undefined) continue;
    if (found.has(name)) refuse({ ...field, tree: item }, "it is given twice", "remove one of them");
    else found.set(name, { name, place: item.place, condition: null, conditionPlace: item.place, onLoss: "ignore" });
  }
  return [...found.values()];
}

function readName(field: Field): string | undefined {
  if (field.tree.kind === "scalar") return readText(field);
  return refuse(
    field,
    "it must be a name",
    "a list holds names only; conditions need a map: `depends_on: { NAME: { condition: healthy } }`",
  );
}

function readEntry({ key: name, place, value }: MapEntry, field: Field): DeclaredDependency | undefined {
  const bare = { name, place, condition: null, conditionPlace: place, onLoss: "ignore" as const };
  if (isNothing(value)) return bare;
  const inner = { ...field, tree: value, what: `${name} in ${field.what}` };
  if (value.kind !== "map") return refuse(inner, "it must be a map", `write \`${name}: { condition: ${wordOf(value)} }\``);
  const map = readMap(inner, DEPENDENCY_KEYS, "depends_on", (key) => `${key} of ${inner.what}`);
  return (
    map && {
      ...bare,
      condition: map.read("condition", (condition) => readChoice(condition, CONDITIONS, CONDITION_ANSWERS), null),
      conditionPlace: map.field("condition")?.tree.place ?? place,
      onLoss: map.read("on_loss", (loss) => readChoice(loss, LOSSES), "ignore" as const),
    }
  );
}

function isNothing(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null && !tree.broken;
}

function wordOf(tree: Tree): string {
  return CONDITIONS.find((word) => tree.kind === "scalar" && tree.text === word) ?? "healthy";
}
