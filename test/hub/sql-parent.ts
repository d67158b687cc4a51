/**
 * A hub in small, for tests: `bun sql-parent.ts FOLDER GHOST…` has an idle process of one namespace and one in the middle of an endless query, says
 * both pids in one line, and waits to be killed.
 */
import { SqlGateway } from "../../runtime/hub/sql/gateway.ts";
import { readProcess } from "../../runtime/process/table.ts";
import { waitFor } from "../rig/wait.ts";
import { counting } from "./sql-rig.ts";

const [dataFolder = "", ...command] = process.argv.slice(2);
const gateway = new SqlGateway({ dataFolder, command });
await gateway.query("idle", "SELECT 1");
await gateway.query("busy", "SELECT 1");
const pids = gateway.status().map(({ pid }) => pid as number);
const ticks = () => readProcess(pids[1] as number)?.cpuTicks ?? 0;
const before = ticks();
void gateway.query("busy", counting(1e12));
await waitFor(() => ticks() > before + 10, { what: "the query to be under way" });
console.log(pids.join(" "));
process.stdin.resume();
