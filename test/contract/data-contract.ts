/** What every GhostData does, whatever it is made of. A file of tests calls it for each implementation and each stack of decorators. */
import type { GhostData } from "../../core/data/ghost-data.ts";
import { test } from "../rig/test.ts";
import { keyContract } from "./key-contract.ts";
import { sqlContract } from "./sql-contract.ts";
import { transactionContract } from "./transaction-contract.ts";

/** One kind of GhostData. */
export interface Contestant {
  /** Begins the names of its tests. */
  readonly name: string;
  /** A new one, empty, with what belongs to it; disposed after each test. */
  open(): Promise<Opened>;
  /** What it lacks: a Redis server without the hub's own commands has neither SQL nor versions, nor keys of one app and of all. */
  readonly without?: readonly ("sql" | "versions" | "spaces")[];
  /** Why it cannot be tried here; null: it can. */
  readonly unless?: string | null;
}

/** An opened GhostData. */
export interface Opened extends AsyncDisposable {
  readonly data: GhostData;
}

/** Registers a test with a new GhostData of this kind. */
export type Case = (name: string, work: (data: GhostData) => Promise<void>) => void;

/** Registers the tests of one kind. */
export function dataContract(contestant: Contestant): void {
  const { name, without = [], unless = null } = contestant;
  const check: Case = (title, work) =>
    test.unless(unless, `${name}: ${title}`, async () => {
      await using opened = await contestant.open();
      await work(opened.data);
    });
  keyContract(check, { versions: !without.includes("versions"), spaces: !without.includes("spaces") });
  transactionContract(check, { sql: !without.includes("sql") });
  if (!without.includes("sql")) sqlContract(check);
}
