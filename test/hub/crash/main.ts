/** `npm run crash [-- KILLS [SEED]]`: kills the hub alone, and hub and daemon, so many times each while many write; 50 by default. */
import { newSeed, Random } from "../../rig/random.ts";
import { crashAgainAndAgain } from "./campaign.ts";
import { aloneTarget, supervisedTarget, type Target } from "./targets.ts";

const [kills = "50", seed = String(newSeed())] = process.argv.slice(2);
console.log(`npm run crash -- ${kills} ${seed}`);
await attack("a hub alone", () => aloneTarget());
await attack("hub and daemon", supervisedTarget);
console.log("nothing lost, nothing half, every file whole");

async function attack(what: string, open: () => Promise<Target>): Promise<void> {
  console.log(what);
  await using target = await open();
  await crashAgainAndAgain(target, { kills: Number(kills), random: new Random(Number(seed)), say: console.log });
}
