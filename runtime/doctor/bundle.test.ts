import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findHome } from "../daemon/home.ts";
import { makeBundle } from "./bundle.ts";

test("a bundle is a tar archive with everything in it, and no secret", () => {
  const folder = mkdtempSync("/tmp/gd-");
  try {
    const home = findHome(folder);
    for (const path of [home.data, home.logs]) mkdirSync(path, { recursive: true });
    writeFileSync(
      home.secretsFile,
      JSON.stringify({ "/srv/a.yaml": { TOKEN: 'quo"ted-secret', LONG: "hunter22hunter" }, other: { SHORT: "hunter22" } }),
    );
    writeFileSync(home.daemonLog, "somebody logged hunter22hunter\n");
    writeFileSync(join(folder, "b.tar.gz"), makeBundle(home, { list: [{ why: 'failed with quo"ted-secret' }] }, new Date(0)));
    const listing = spawnSync("tar", ["tzf", join(folder, "b.tar.gz")], { encoding: "utf8" });
    assert.equal(listing.stdout.trim().split("\n"), ["ghost-bundle/list.json", "ghost-bundle/daemon.log"]);
    const { stdout } = spawnSync("tar", ["xzOf", join(folder, "b.tar.gz")], { encoding: "utf8" });
    assert.match(stdout, "somebody logged ******\n");
    for (const secret of ["hunter", "secret"]) assert.not.match(stdout, secret);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
