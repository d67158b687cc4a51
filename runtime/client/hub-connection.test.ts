import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as bunLink from "./bun-link.ts";
import type { HubAddress } from "./hub-address.ts";
import * as nodeLink from "./node-link.ts";

const NOBODY = { pending: 0, onData: () => undefined, onDrain: () => undefined, onClose: () => undefined };

for (const [name, { open }] of Object.entries({ Bun: bunLink, Node: nodeLink })) {
  const refusal = (address: HubAddress) =>
    open(address, NOBODY).then(
      () => "none",
      (error: Error) => error.message,
    );

  test(`why no connection can be opened is said with the address, by the sockets of ${name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "link-"));
    const path = join(folder, "hub.sock");
    assert.is(await refusal({ path }), `connect ENOENT ${path}`);
    assert.is(await refusal({ host: "127.0.0.1", port: 1 }), "connect ECONNREFUSED 127.0.0.1:1");
    assert.is(await refusal({ path: folder }), `connect ECONNREFUSED ${folder}`);
    rmSync(folder, { recursive: true });
  });
}

test.run();
