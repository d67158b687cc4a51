import { test } from "../../rig/test.ts";
import { startHub } from "../servers/hub.ts";
import { cannotCompare, type Server, startRedis } from "../servers/redis.ts";

/** Registers the test twice: with the hub, and with a real Redis, which shows that the test itself asks for nothing special. */
export function onBoth(reason: string | null, name: string, body: (server: Server) => Promise<void>): void {
  test.unless(reason, `${name}: hub`, async () => {
    await using hub = await startHub();
    await body(hub);
  });
  test.unless(reason ?? cannotCompare, `${name}: Redis itself`, async () => {
    await using redis = await startRedis();
    await body(redis);
  });
}
