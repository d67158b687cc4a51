import type { Keyspace } from "./keyspace.ts";

/** A hash's own account: how many fields it has, and the place of the next new one. */
interface Account {
  length: number;
  place: number;
}

/** Accounts kept in memory. */
const ACCOUNTS_MAX = 10_000;

/** The fields of hashes. A hash is known by its object's number. */
export class Hashes {
  private readonly keyspace: Keyspace;
  private readonly accounts = new Map<number, Account>();
  private readonly changed = new Set<number>();

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
    keyspace.join({ flush: () => this.flush(), forget: () => this.forget() });
  }

  length(object: number): number {
    return this.account(object).length;
  }

  get(object: number, field: Uint8Array): Uint8Array | null {
    const row = this.keyspace.db.values("SELECT value FROM fields WHERE object = ? AND field = ?", [object, field]);
    return (row?.[0] as Uint8Array | undefined) ?? null;
  }

  /** All fields in the order in which they came. */
  all(object: number): { field: Uint8Array; value: Uint8Array }[] {
    const rows = this.keyspace.db.all<{ field: Uint8Array; value: Uint8Array; place: number }>(
      "SELECT field, value, place FROM fields WHERE object = ?",
      [object],
    );
    return rows.sort((one, other) => one.place - other.place);
  }

  /** True when the field is new. */
  set(object: number, field: Uint8Array, value: Uint8Array): boolean {
    const { keyspace } = this;
    if (keyspace.run("UPDATE fields SET value = ? WHERE object = ? AND field = ?", [value, object, field]) > 0) return false;
    const account = this.change(object);
    keyspace.run("INSERT INTO fields (object, field, value, place) VALUES (?, ?, ?, ?)", [object, field, value, account.place++]);
    account.length++;
    return true;
  }

  /** False when there was no such field. */
  remove(object: number, field: Uint8Array): boolean {
    if (this.keyspace.run("DELETE FROM fields WHERE object = ? AND field = ?", [object, field]) === 0) return false;
    this.change(object).length--;
    return true;
  }

  private change(object: number): Account {
    this.changed.add(object);
    return this.account(object);
  }

  private account(object: number): Account {
    const known = this.accounts.get(object);
    if (known) return known;
    if (this.accounts.size >= ACCOUNTS_MAX && this.changed.size === 0) this.accounts.clear();
    const row = this.keyspace.db.get<Account>("SELECT length, place FROM hashes WHERE object = ?", [object]) ?? { length: 0, place: 0 };
    this.accounts.set(object, row);
    return row;
  }

  private flush(): void {
    for (const object of this.changed) {
      const { length, place } = this.account(object);
      this.keyspace.run("INSERT OR REPLACE INTO hashes (object, length, place) VALUES (?, ?, ?)", [object, length, place]);
    }
    this.changed.clear();
  }

  private forget(): void {
    this.accounts.clear();
    this.changed.clear();
  }
}
