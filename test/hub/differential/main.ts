/**
 * `npm run differential [-- COMMANDS [SEED [FIRST-SEQUENCE]]]`: the hub beside a redis-server 7, the same random commands to both. Exit code 1 when
 * they differ. `DIFFERENTIAL_FAMILIES=strings,bus` draws from some families alone. With `DIFFERENTIAL_SUBJECT=PATH` another server's unix socket is compared instead of a hub of its own.
 */

import { newSeed } from "../../rig/random.ts";
import { startHub } from "../servers/hub.ts";
import { startRedis } from "../servers/redis.ts";
import { campaign } from "./campaign.ts";
import { FAMILIES } from "./generate.ts";

const [commands = "100000", seed = String(newSeed()), from = "0"] = process.argv.slice(2);
console.log(`npm run differential -- ${commands} ${seed} ${from}`);
process.exitCode = await main();

async function main(): Promise<number> {
  await using redis = await startRedis();
  await using hub = process.env.DIFFERENTIAL_SUBJECT ? null : await startHub();
  const subject = process.env.DIFFERENTIAL_SUBJECT ?? hub!.socket;
  const wanted = process.env.DIFFERENTIAL_FAMILIES?.split(",");
  const families = FAMILIES.filter(({ name }) => wanted?.includes(name) ?? true);
  const options = { families, commands: Number(commands), seed: Number(seed), from: Number(from), say: console.log };
  const {
    commands: sent,
    sequences,
    findings,
    differing,
  } = await campaign({ reference: redis.socket, subject }, options).catch((error: Error) => {
    throw new Error(`${error.message}\n${hub?.errors() ?? ""}`);
  });
  console.log(`\nseed ${seed}: ${sent} commands in ${sequences} sequences, ${differing} of which differed, in ${findings.length} ways`);
  return findings.length === 0 ? 0 : 1;
}
