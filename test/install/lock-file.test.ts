import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../rig/ghost.ts";

interface Locked {
  readonly version: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, Locked> };

test("the lock file names the packages of all platforms, or npm ci refuses it", () => {
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) => Object.entries(optionalDependencies ?? {}));
  assert.equal(
    wanted.filter(([name, version]) => packages[`node_modules/${name}`]?.version !== version),
    [],
  );
});

test("the lock file names no addresses, so that any registry serves", () => {
  assert.equal(
    Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
});

test.run();
