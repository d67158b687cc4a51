import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openSqlite, type SqliteDatabase } from "../../runtime/storage/sqlite/open.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "./expect.ts";
import { makeFolder } from "./folder.ts";

test("a folder that does not exist, a folder in the file's place, and a dead link are refused", async () => {
  using folder = makeFolder();
  const error = await failsWith("DIRECTORY_NOT_FOUND", () => openSqlite(folder.file("nowhere/a.db")));
  assert.match(error.message, "nowhere/a.db");
  mkdirSync(folder.file("dir"));
  await failsWith("DATABASE_FAILED", () => openSqlite(folder.file("dir")));
  symlinkSync("missing/b.db", folder.file("link.db"));
  await failsWith("DATABASE_FAILED", () => openSqlite(folder.file("link.db")));
  assert.equal(readdirSync(folder.path).sort(), ["dir", "link.db"]);
});

test.unless(needs("root", "linux"), "a file, or a folder, that may not be written is refused, and its name told", async () => {
  const mount = mountTmpfs("1m");
  try {
    const path = join(mount.path, "a.db");
    (await openSqlite(path)).close();
    mount.remount("ro");
    const error = await failsWith("PERMISSION_DENIED", () => openSqlite(path));
    assert.match(error.message, path);
    await failsWith("PERMISSION_DENIED", () => openSqlite(join(mount.path, "b.db")));
  } finally {
    mount.end();
  }
});

test.unless(needs("root", "linux"), "a user without rights is told so", async () => {
  using folder = makeFolder();
  chmodSync(folder.path, 0o755);
  const path = folder.file("a.db");
  (await openSqlite(path)).close();
  const said = asNobody(path);
  assert.match(said, "PERMISSION_DENIED");
  chownSync(path, NOBODY, NOBODY);
  assert.match(asNobody(path), "PERMISSION_DENIED", "the folder is still root's");
});

test.unless(
  needs("root", "linux"),
  "a full disk refuses writes as NO_SPACE, loses nothing, and writing goes on when there is room",
  async () => {
    const mount = mountTmpfs("1m");
    try {
      const db = await openSqlite(join(mount.path, "a.db"));
      db.exec("CREATE TABLE t(v INTEGER PRIMARY KEY, filler BLOB)");
      let kept = 0;
      const fill = () => {
        for (;;) {
          put(db, kept + 1);
          kept++;
        }
      };
      const error = await failsWith("NO_SPACE", fill);
      assert.match(error.hint ?? "", /free some space/);
      assert.equal(count(db), kept);
      await failsWith("NO_SPACE", () => db.transaction(() => put(db, kept + 1)));
      assert.equal(count(db), kept);
      mount.remount("size=4m");
      db.transaction(() => put(db, kept + 1));
      assert.equal(count(db), kept + 1);
      db.verify();
      db.close();
      const again = await openSqlite(join(mount.path, "a.db"));
      assert.equal(count(again), kept + 1);
      again.close();
    } finally {
      mount.end();
    }
  },
);

test.unless(needs("root", "linux"), "a transaction that a full disk undid cannot be continued by mistake", async () => {
  const mount = mountTmpfs("1m");
  try {
    const db = await openSqlite(join(mount.path, "a.db"));
    db.exec("CREATE TABLE t(v INTEGER PRIMARY KEY, filler BLOB); CREATE TABLE small(v)");
    // So small a cache makes SQLite write in the middle of the transaction.
    db.exec("PRAGMA cache_size=5");
    const careless = () =>
      db.transaction(() => {
        db.run("INSERT INTO small VALUES (1)");
        for (let v = 1; v < 1000; v++) {
          try {
            put(db, v);
          } catch {
            break;
          }
        }
        db.run("INSERT INTO small VALUES (2)");
      });
    await failsWith("NO_SPACE", careless);
    assert.equal(db.all("SELECT v FROM small"), []);
    assert.equal(count(db), 0);
    db.transaction(() => db.run("INSERT INTO small VALUES (3)"));
    assert.equal(db.all("SELECT v FROM small"), [{ v: 3 }]);
    db.close();
  } finally {
    mount.end();
  }
});

test.unless(needs("root", "linux"), "a database cannot be made on a full disk, and is not left half made", async () => {
  const mount = mountTmpfs("64k");
  try {
    spawnSync("sh", ["-c", `cat /dev/zero > ${mount.path}/ballast`], { stdio: "ignore" });
    const path = join(mount.path, "a.db");
    await failsWith("NO_SPACE", async () => (await openSqlite(path)).exec("CREATE TABLE t(v)"));
    rmSync(join(mount.path, "ballast"));
    const db = await openSqlite(path);
    db.exec("CREATE TABLE t(v)");
    db.close();
    assert.ok(existsSync(path));
  } finally {
    mount.end();
  }
});

const put = (db: SqliteDatabase, v: number) => db.run("INSERT INTO t VALUES (?, ?)", [v, new Uint8Array(3000).fill(v)]);
const count = (db: SqliteDatabase) => db.get<{ n: number }>("SELECT count(*) AS n FROM t")?.n;

interface Mount {
  readonly path: string;
  remount(option: string): void;
  end(): void;
}

/** A file system in memory of this size. */
function mountTmpfs(size: string): Mount {
  const path = join(tmpdir(), `gs-mount-${process.pid}-${size}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(path);
  must("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
  return {
    path,
    remount: (option) => must("mount", "-o", `remount,${option}`, path),
    end: () => {
      // Lazily, because a failed test may have left the database open.
      must("umount", "-l", path);
      rmSync(path, { recursive: true });
    },
  };
}

function must(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

/** The uid and gid of nobody on Debian. */
const NOBODY = 65534;

function asNobody(path: string): string {
  const module = new URL("../../runtime/storage/sqlite/open.ts", import.meta.url).href;
  const script = `const { openSqlite } = await import(${JSON.stringify(module)}); process.setgid(${NOBODY}); process.setuid(${NOBODY});
    await openSqlite(${JSON.stringify(path)}).then(() => console.log("opened"), (error) => console.log(error.code, error.message));`;
  return spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout;
}

test.run();
