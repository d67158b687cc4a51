import { closeSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { chooseFreePort, portPool } from "./free-port.ts";

test("the kernel's own range is left to the kernel", () => {
  assert.equal([portPool([32_768, 60_999]).at(0), portPool([32_768, 60_999]).length], [20_000, 10_000]);
  assert.is(portPool([25_000, 60_999]).at(-1), 24_999);
  assert.is(portPool([1_024, 65_535]).length, 10_000, "all of it when nothing else is left");
});

test("what somebody listens on, whatever his address, is not chosen", async () => {
  for (const host of ["127.0.0.1", "0.0.0.0", "::1"]) {
    const { port, claim } = chooseFreePort(4_321, () => false) ?? { port: 0, claim: null };
    if (claim !== null) closeSync(claim);
    const server = createServer().listen(port, host);
    await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
    const next = chooseFreePort(port - 20_000, () => false);
    assert.is.not(next?.port, port, host);
    if (next?.claim) closeSync(next.claim);
    server.close();
  }
});

test("what is claimed or to be avoided is not chosen", () => {
  const first = chooseFreePort(777, () => false);
  const second = chooseFreePort(777, (port) => port === first?.port);
  assert.is.not(first?.port, second?.port);
  for (const { claim } of [first, second].filter((each) => each !== null)) if (claim !== null) closeSync(claim);
});

test.run();
