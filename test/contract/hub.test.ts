// timeout: 120s
import type { Server } from "../bus/servers.ts";
import { startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { dataContract } from "./data-contract.ts";
import { emptyHub, openInHub } from "./hub-rig.ts";

let hub: Server;
test.before(async () => {
  hub = await startHub();
});
test.after(async () => {
  await hub[Symbol.asyncDispose]();
});

test.before.each(() => emptyHub(hub.path));

dataContract({ name: "the hub", open: () => openInHub(hub.path) });

test.run();
