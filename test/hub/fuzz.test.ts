// timeout: 90s

import { newSeed } from "../rig/random.ts";
import { test } from "../rig/test.ts";
import { fuzz } from "./fuzz/campaign.ts";
import { startHub } from "./servers/hub.ts";

/** The long run is `npm run fuzz`. */
const SECONDS = 4;

test.limit(60_000);

test("hostile bytes and badly behaved clients neither end, stop nor swell the hub", async () => {
  const seed = newSeed();
  await using hub = await startHub();
  await fuzz(hub, { seconds: SECONDS, seed }).catch((error: Error) => {
    throw new Error(`seed ${seed}: ${error.message}\n${hub.errors()}`);
  });
});

test.run();
