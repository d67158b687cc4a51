/** Stands in for a daemon that has become old: starts a keeper that soon takes it for stable, says so on stdout, and waits to be killed. argv: the successor's command. */
import { setTimeout as delay } from "node:timers/promises";
import { startKeeper } from "../../../runtime/process/keeper.ts";

const STABLE_MS = 5;

const keeper = startKeeper({
  command: process.argv.slice(2),
  environment: { PATH: process.env.PATH ?? "" },
  directory: "/",
  revivals: 0,
  held: [],
  stderr: 2,
  stableMs: STABLE_MS,
});
keeper.answering();
await delay(10 * STABLE_MS);
console.log("stable");
await delay(60_000);
