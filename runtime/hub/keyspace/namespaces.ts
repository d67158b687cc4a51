import type { SqliteSession } from "../../storage/sqlite/open.ts";
import { HOT_LIMITS, Space } from "./space.ts";
import type { Turn } from "./turn.ts";

interface Row {
  readonly id: number;
  readonly name: string;
  readonly keys: number;
  readonly objects: number;
}

/** All namespaces, and their rows: how many keys each has. */
export class Namespaces {
  private readonly turn: Turn;
  private readonly byName = new Map<string, Space>();
  private readonly byId = new Map<number, Space>();
  /** Those that have no row yet. */
  private readonly unsaved = new Set<Space>();
  /** Those whose counts changed in this turn. */
  private readonly recounted = new Set<Space>();
  private nextId = 1;

  constructor(turn: Turn) {
    this.turn = turn;
  }

  load(db: SqliteSession): void {
    for (const row of db.all<Row>("SELECT * FROM namespaces")) this.keep(new Space(row));
    this.nextId = Math.max(0, ...this.byId.keys()) + 1;
  }

  /** A namespace, made if it is not there. */
  of(name: string): Space {
    const known = this.byName.get(name);
    if (known) return known;
    // Clients hold it from now on, so no failure may take its number away: its row comes with the first commit that succeeds.
    const space = new Space({ id: this.nextId++, name, keys: 0, objects: 0 });
    this.unsaved.add(space);
    return this.keep(space);
  }

  withId(id: number): Space | undefined {
    return this.byId.get(id);
  }

  all(): Iterable<Space> {
    return this.byName.values();
  }

  /** Keys came or, negative, went; `objects`: so many of them are no strings. */
  count(space: Space, keys: number, objects: number): void {
    if (keys === 0 && objects === 0) return;
    space.keys += keys;
    space.objects += objects;
    this.turn.onUndo(() => {
      space.keys -= keys;
      space.objects -= objects;
    });
    this.recounted.add(space);
  }

  /** Where all together keep too much in memory, whoever keeps most gives half of it up. */
  limitHot(): void {
    const spaces = [...this.all()];
    const bytes = spaces.reduce((sum, { hot }) => sum + hot.calculatedSize, 0);
    if (bytes <= HOT_LIMITS.allBytesMax) return;
    const { hot } = spaces.reduce((most, space) => (space.hot.calculatedSize > most.hot.calculatedSize ? space : most));
    for (let left = hot.size >> 1; left > 0; left--) hot.pop();
  }

  /** Those without a row get theirs. */
  saveNew(): void {
    for (const { id, name } of this.unsaved) this.turn.run("INSERT INTO namespaces (id, name) VALUES (?, ?)", [id, name]);
  }

  saveCounts(): void {
    for (const { id, keys, objects } of this.recounted)
      this.turn.run("UPDATE namespaces SET keys = ?, objects = ? WHERE id = ?", [keys, objects, id]);
  }

  /** The turn was committed. */
  committed(): void {
    this.unsaved.clear();
    this.recounted.clear();
  }

  /** The turn was undone: only the file, and the strings that wait, are right. */
  forget(): void {
    this.recounted.clear();
    for (const space of this.all()) space.hot.clear();
  }

  private keep(space: Space): Space {
    this.byName.set(space.name, space);
    this.byId.set(space.id, space);
    return space;
  }
}
