import { test } from "uvu";
import * as assert from "uvu/assert";
import { portsNamedIn } from "./named-ports.ts";

const LINES: readonly (readonly [string, readonly number[]])[] = [
  ["api --port 8000 --workers 4", [8000]],
  ["api --port=80", [80]],
  ["api -p 80", [80]],
  ["api -p80", [80]],
  ["api --bind 127.0.0.1:81", [81]],
  ["api --listen :82", [82]],
  ["api http://localhost:83/up", [83]],
  ["api [::1]:84", [84]],
  ["python3 hold.py 9000", [9000]],
  ["node -e http.createServer().listen(3000)", [3000]],
  ["api --workers 22 --limit 65536", []],
  ["api-1.2.3 10.20.30.40 2024.1", []],
  ["api 5000 --port 6000", [6000, 5000]],
];

for (const [line, ports] of LINES) test(line, () => assert.equal(portsNamedIn(line.split(" "), {}), ports));

test("variables count by their names", () => {
  const environment = { PORT: "80", HTTP_PORT: "8080", SUPPORT: "1234", PORTAL: "1235", DB_PORT: "none" };
  assert.equal(portsNamedIn(["api"], environment), [80, 8080]);
  assert.equal(
    portsNamedIn(["api"], { DB_HOST: "127.0.0.1", DB_PORT: "5432", WEB_HOST: "0.0.0.0", WEB_PORT: "82", HOST: "x", PORT: "83" }),
    [82, 83],
  );
});

test("a line of numbers is cut off", () => {
  assert.is(
    portsNamedIn(
      [...Array(100).keys()].map((index) => String(2000 + index)),
      {},
    ).length,
    16,
  );
});

test.run();
