// timeout: 240s

import * as assert from "uvu/assert";
import { newSeed } from "../rig/random.ts";
import { test } from "../rig/test.ts";
import { campaign, describe } from "./differential/campaign.ts";
import { LIES, startLiar } from "./servers/liar.ts";
import { cannotCompare, startRedis } from "./servers/redis.ts";

test.limit(120_000);

test.unless(cannotCompare, "two servers of one kind do not differ", async () => {
  const seed = newSeed();
  await using one = await startRedis({ name: "one" });
  await using other = await startRedis({ name: "other" });
  const { findings } = await campaign({ reference: one.socket, subject: other.socket }, { commands: 3_000, seed });
  assert.is(findings.length, 0, findings.map((finding) => describe(finding, seed, 0)).join("\n"));
});

for (const [name, lie] of Object.entries(LIES))
  test.unless(cannotCompare, `a server that now and then gives ${name} is found out`, async () => {
    await using redis = await startRedis();
    await using liar = await startLiar(`${redis.socket}.liar`, redis.socket, lie);
    await using other = await startRedis({ name: "other" });
    const { findings } = await campaign(
      { reference: other.socket, subject: liar.socket },
      { commands: 20_000, seed: 7, findingsMax: 1, shrinking: false },
    );
    assert.ok(liar.lies() > 0, "it told no lie");
    assert.ok(findings.length > 0, `it told ${liar.lies()} lies`);
  });

test.run();
