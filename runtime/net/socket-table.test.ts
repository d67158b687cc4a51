import { createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseLsof } from "../process/lsof.ts";
import { findPortHolder } from "./holder.ts";
import { parseSocketTable } from "./socket-table.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

test("lines of /proc/net/tcp: those that listen, with their reach", () => {
  const text = [
    HEAD,
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0",
    "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1 0 100 0 0 10 0",
    "   2: 0200007F:0051 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8 1 0 100 0 0 10 0",
    "   3: 0100007F:1F90 0100007F:AAAA 01 00000000:00000000 00:00000000 00000000  1000        0 9 1 0 100 0 0 10 0",
    "   4: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 33 0 10 1",
  ].join("\n");
  assert.equal(
    parseSocketTable(text).map(({ port, reach, inode, uid }) => [port, reach, inode, uid]),
    [
      [8080, "loopback", 4242, 1000],
      [80, "all", 7, 0],
      [81, "other", 8, 0],
      [443, "all", 10, 33],
    ],
  );
});

test("what lsof says", () => {
  assert.equal(parseLsof("p812\nf6\nn*:80\nf7\nn[::1]:8080\np900\nf3\nn127.0.0.1:3000\n"), [
    { pid: 812, host: "*", port: 80 },
    { pid: 812, host: "[::1]", port: 8080 },
    { pid: 900, host: "127.0.0.1", port: 3000 },
  ]);
});

test("the holder of a port is found", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  assert.equal(findPortHolder(port)?.pids, [process.pid]);
  await new Promise((resolve) => server.close(resolve));
  assert.is(findPortHolder(port), null);
});

test.run();
