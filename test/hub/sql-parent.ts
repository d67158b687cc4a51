/**
 * A hub in small, for tests: `bun sql-parent.ts FOLDER GHOST…` has an idle process of one namespace and one in the middle of an endless query, says
 * both pids in one line, and waits to be killed.
 */
import { SqlGateway } from "../../runtime/hub/sql/gateway.ts";
import { counting } from "./sql-rig.ts";

const [dataFolder = "", ...command] = process.argv.slice(2);
const gateway = new SqlGateway({ dataFolder, command });
await gateway.query("idle", "SELECT 1");
await gateway.query("busy", "SELECT 1");
void gateway.query("busy", counting(1e12));
console.log(
  gateway
    .status()
    .map(({ pid }) => pid)
    .join(" "),
);
process.stdin.resume();
