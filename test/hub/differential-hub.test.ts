// timeout: 240s

import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { campaign, describe } from "./differential/campaign.ts";
import { startHub } from "./servers/hub.ts";
import { cannotCompare, startRedis } from "./servers/redis.ts";

test.limit(200_000);

/** Fixed, so that a change of the hub is what makes it fail; `npm run differential` takes new ones. */
const SEED = 20_261_127;
const COMMANDS = 5_000;

test.unless(cannotCompare, "the hub answers as redis-server does", async () => {
  await using redis = await startRedis();
  await using hub = await startHub();
  const { findings } = await campaign({ reference: redis.socket, subject: hub.socket }, { commands: COMMANDS, seed: SEED });
  assert.is(findings.length, 0, findings.map((finding) => describe(finding, SEED, 0)).join("\n"));
});

test.run();
