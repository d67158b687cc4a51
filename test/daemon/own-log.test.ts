/** The daemon's own log stays within bounds. */
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { killDaemon, systemOf, untilBack } from "./daemons.ts";

const LOG_BYTES_MAX = 5 * 1024 * 1024;

const logOf = (home: Home): string => join(home.dir, "logs", "daemon.log");
const sizeOf = (home: Home): number => statSync(logOf(home)).size;

/** Appends so many bytes, as others do who have the log open. */
function fill(home: Home, bytes: number): void {
  appendFileSync(logOf(home), `${"x".repeat(99)}\n`.repeat(Math.ceil(bytes / 100)));
}

/** Makes the daemon write a line, and waits until it has. */
async function change(home: Home, intervalMs: number): Promise<void> {
  writeFileSync(join(home.dir, ".ghost.yaml"), `monitoring: { interval: ${intervalMs}ms }\n`);
  await waitFor(async () => (await systemOf(home)).monitoring.intervalMs === intervalMs, { what: "the change" });
}

test("a log that grew is set aside while the daemon lives, and goes on in the same file", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  const { ino } = statSync(logOf(home));
  fill(home, LOG_BYTES_MAX);
  await change(home, 700);
  await waitFor(() => sizeOf(home) < LOG_BYTES_MAX, { what: "the log to be cut", seen: () => sizeOf(home) });
  assert.is(statSync(logOf(home)).ino, ino);
  assert.match(
    readFileSync(`${logOf(home)}.1`, "utf8"),
    /^20\S+ version [\s\S]*xxx\n20\S+ \.ghost\.yaml was changed: monitoring\.interval\n$/,
  );
  await change(home, 800);
  assert.match(readFileSync(logOf(home), "utf8"), /^20\S+ \.ghost\.yaml was changed: monitoring\.interval\n$/);
  await untilBack(home, await killDaemon(home));
  assert.match(
    readFileSync(logOf(home), "utf8"),
    /changed: monitoring\.interval\n20\S+ version /,
    "the next daemon writes into the same file",
  );
  assert.match((await home.ok(["daemon", "logs", "-n", "3"])).stdout, /version/);
});

test("a log that grew is set aside by a daemon that comes back, too", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  fill(home, LOG_BYTES_MAX);
  await untilBack(home, await killDaemon(home));
  assert.ok(sizeOf(home) < LOG_BYTES_MAX);
  assert.ok(statSync(`${logOf(home)}.1`).size > LOG_BYTES_MAX);
});

test("whoever follows the log meanwhile sees what comes after the cut", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  fill(home, LOG_BYTES_MAX);
  const following = home.ghost(["daemon", "logs", "-f", "-n", "1"], { limitMs: 5_000 }).catch((error: Error) => error.message);
  await change(home, 700);
  await waitFor(() => existsSync(`${logOf(home)}.1`), { what: "the log to be cut" });
  await change(home, 800);
  assert.match(JSON.stringify(await following), /\.ghost\.yaml was changed/);
});

test.run();
