/** A text of the file to be written in which `${VAR}` and `${VAR:-default}` are meant: Ghost fills them in. In a plain string they are literal. */
export class Template {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A text that is literal, or one with variables. */
export type Text = string | Template;

/** What a key of `processes.yaml` may hold. */
export type Value = string | number | boolean | Template | readonly Value[] | { readonly [key: string]: Value };

/** What stands at a path (`environment.PORT`; "" is the process itself) that has no equal in Ghost. */
export interface Note {
  readonly path: string;
  readonly text: string;
}

/** One process of a file that is being made. Its values are those that `processes.yaml` takes. */
export class DraftProcess {
  readonly name: string;
  readonly notes: Note[] = [];
  private values: Record<string, Value> = {};

  /** `name` must be a good name already (see `NameBook`). */
  constructor(name: string) {
    this.name = name;
  }

  /** The keys in the order in which they were set, without `name`. */
  get keys(): Readonly<Record<string, Value>> {
    return this.values;
  }

  /** Sets a key; undefined, an empty list and an empty map set nothing. */
  set(key: string, value: Value | undefined): void {
    if (value === undefined || isEmpty(value)) return;
    this.values[key] = value;
  }

  /** Tells, in a comment at `path`, what could not be taken over or should be looked at. */
  note(text: string, path = ""): void {
    if (!this.notes.some((note) => note.text === text && note.path === path)) this.notes.push({ path, text });
  }

  /** Takes what stands at a path out, and says why at the place where it stood. */
  remove(path: readonly string[], why: string): void {
    this.values = without(this.values, path) as Record<string, Value>;
    this.note(`${path.join(".")} was left out: ${why}`, path.slice(0, -1).join("."));
  }
}

/** Processes by one name. */
export interface DraftGroup {
  readonly name: string;
  readonly processes: readonly string[];
  readonly startup?: "sequential" | "parallel";
}

/** A `processes.yaml` that is being made. */
export interface Draft {
  /** Null: the folder's name. */
  readonly project: string | null;
  /** What concerns the file as a whole, as comments at its top. */
  readonly notes: string[];
  processes: DraftProcess[];
  groups: DraftGroup[];
}

/** A draft without anything. */
export function emptyDraft(project: string | null = null): Draft {
  return { project, notes: [], processes: [], groups: [] };
}

/** True for a map of values: no text, no list. */
export function isMapValue(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Template);
}

function isEmpty(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isMapValue(value) && Object.keys(value).length === 0;
}

function without(value: Value, [key, ...rest]: readonly string[]): Value {
  if (key === undefined || !isMapValue(value)) return value;
  const inner = value[key];
  const others = Object.entries(value).filter(([name]) => name !== key);
  const kept = inner === undefined || rest.length === 0 ? undefined : without(inner, rest);
  return Object.fromEntries(kept === undefined || isEmpty(kept) ? others : [...others, [key, kept]]);
}
