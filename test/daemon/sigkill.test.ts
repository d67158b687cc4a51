// timeout: 180s
import { test } from "../rig/test.ts";
import { killAgainAndAgain } from "./kills.ts";

test.limit(170_000);

test("a daemon that is killed 20 times restarts nothing that lives, starts nothing twice, loses no line and no count", async () => {
  const seed = Number(process.env.GHOST_SEED ?? Date.now() % 1_000_000);
  console.log(`GHOST_SEED=${seed}`);
  await killAgainAndAgain({ kills: 20, seed, say: console.log });
});

test.run();
