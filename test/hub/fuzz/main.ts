/** `npm run fuzz [-- SECONDS [SEED]]`: hostile bytes and badly behaved clients against a hub, ten minutes by default. `FUZZ_REDIS=1` takes a redis-server. */
import { newSeed } from "../../rig/random.ts";
import { startHub } from "../servers/hub.ts";
import { startRedis } from "../servers/redis.ts";
import { fuzz, megabytes } from "./campaign.ts";

const [seconds = "600", seed = String(newSeed())] = process.argv.slice(2);
console.log(`npm run fuzz -- ${seconds} ${seed}`);
await using server = process.env.FUZZ_REDIS ? await startRedis() : await startHub();
const { visits, frames, slowestMs, slowestDuring, largestBytes, bytesAfterWarmUp, bytesAtEnd, looks } = await fuzz(server, {
  seconds: Number(seconds),
  seed: Number(seed),
  say: console.log,
});
console.log(
  `${visits} visits, ${frames} frames; ${looks} looks, the slowest ${slowestMs.toFixed(0)} ms, during ${slowestDuring.join(", ")}`,
);
console.log(
  `memory ${megabytes(bytesAfterWarmUp)} after the warm-up, ${megabytes(largestBytes)} at most, ${megabytes(bytesAtEnd)} at the end`,
);
console.log("no crash, no hang, no growth");
