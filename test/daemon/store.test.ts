import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { registered } from "../../core/lifecycle/state.ts";
import { readManifest } from "../../runtime/config/read-files.ts";
import { migrate } from "../../runtime/storage/sqlite/migrate.ts";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { DefinitionsFile } from "../../runtime/supervisor/definitions-file.ts";
import { MIGRATIONS } from "../../runtime/supervisor/migrations.ts";
import { ReserveFile } from "../../runtime/supervisor/reserve-file.ts";
import { SecretsFile } from "../../runtime/supervisor/secrets-file.ts";
import { type ManifestHead, Store, type StoredProcess } from "../../runtime/supervisor/store.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

interface Place extends Disposable {
  readonly copy: string;
  /** How often the copy was written. */
  readonly copies: () => number;
  /** Lets the next statement that begins so fail. */
  failAt(sql: string): void;
  open(): Promise<Store>;
}

function makePlace(): Place {
  const dir = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gs-"));
  const copy = join(dir, "definitions.json");
  let copies = 0;
  let failing: string | null = null;
  class CountingFile extends DefinitionsFile {
    override write(...args: Parameters<DefinitionsFile["write"]>): void {
      copies += 1;
      super.write(...args);
    }
  }
  return {
    copy,
    copies: () => copies,
    failAt: (sql) => {
      failing = sql;
    },
    async open() {
      const database = await openSqlite(join(dir, "state.db"), { synchronous: "NORMAL" });
      migrate(database, MIGRATIONS);
      const run = database.run.bind(database);
      database.run = (sql, params) => {
        if (failing === null || !sql.startsWith(failing)) return run(sql, params);
        failing = null;
        throw new Error("no room");
      };
      return new Store(database, {
        secrets: new SecretsFile(join(dir, "secrets")),
        definitions: new CountingFile(copy),
        reserve: new ReserveFile(join(dir, "reserve")),
      });
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  };
}

/** A manifest of one process. */
async function one(name: string): Promise<{ head: ManifestHead; process: StoredProcess }> {
  await using home = makeHome();
  const file = home.write(`${name}.yaml`, `project: shop\nprocesses:\n  - { name: ${name}, command: sleep 1 }\n`);
  const { manifest } = await readManifest([file], { directory: home.work, environment: home.env });
  const { processes, secrets: _, ...head } = manifest;
  const [definition] = processes;
  if (!definition) throw new Error("the manifest is empty");
  const process = {
    key: `shop/${name}`,
    id: name,
    manifestId: head.id,
    definition,
    instance: 0,
    machine: registered,
    results: [],
    members: [],
  };
  return { head, process };
}

test("what was to be written of a process is still written when its removal fails", async () => {
  using place = makePlace();
  const store = await place.open();
  const { head, process } = await one("api");
  store.saveRegistration(head, {}, [process], []);
  store.saveMachine(process.key, { ...process.machine, desired: "up", restarts: 7 });
  place.failAt("DELETE FROM manifests");
  assert.throws(() => store.saveRemoval([process.key]), /no room/);
  store.close();
  const again = await place.open();
  assert.equal(
    again.loadProcesses().map(({ machine }) => machine.restarts),
    [7],
  );
  again.close();
});

test("many registrations are copied together, and none is missing after an ordered end", async () => {
  using place = makePlace();
  const store = await place.open();
  for (const name of ["a", "b", "c", "d", "e", "f"]) {
    const { head, process } = await one(name);
    store.saveRegistration(head, {}, [process], []);
  }
  const during = place.copies();
  store.close();
  assert.ok(during <= 1, `${during} copies`);
  assert.is(JSON.parse(readFileSync(place.copy, "utf8")).processes.length, 6);
});

test("the copy comes by itself a moment after a registration", async () => {
  using place = makePlace();
  const store = await place.open();
  const { head, process } = await one("api");
  store.saveRegistration(head, {}, [process], []);
  await waitFor(() => existsSync(place.copy), { what: "the copy" });
  store.close();
  assert.is(place.copies(), 1);
});

test.run();
