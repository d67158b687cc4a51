/** `npm run soak [-- KILLS [SEED]]`: the test of 20 kills, for as long as wanted (default 500 kills). */
import { killAgainAndAgain } from "./kills.ts";

const [kills = "500", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
console.log(`npm run soak -- ${kills} ${seed}`);
await killAgainAndAgain({ kills: Number(kills), seed: Number(seed), say: console.log });
console.log("nothing lost, nothing doubled");
