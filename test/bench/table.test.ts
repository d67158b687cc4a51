import { test } from "uvu";
import * as assert from "uvu/assert";
import { figure } from "./figures.ts";
import { renderTable } from "./table.ts";

const median = (value: number) => ({ median: value, min: value, max: value, count: 1 });

test("a line a figure, with target, verdict and ratios", () => {
  const rows = [
    { figure: figure("status-100"), summaries: { ghost: median(10.04), pm2: median(250) } },
    { figure: figure("log-speed"), summaries: { ghost: median(315), pm2: median(150) } },
  ];
  assert.equal(renderTable(rows, ["pm2"]), [
    "median                                     target     ghost  verdict              pm2  ghost is",
    "-------------------------------------  ----------  --------  --------------  --------  --------",
    "100: status command, whole process        ≤ 12 ms     10 ms  met               250 ms     ×24.9",
    "200 MB of 100-byte lines into the log  ≥ 350 MB/s  315 MB/s  missed by 10 %  150 MB/s      ×2.1",
  ]);
});

test("what was not measured is a dash, and has neither verdict nor ratio", () => {
  const [, , line] = renderTable([{ figure: figure("cold-start"), summaries: { pm2: median(500) } }], ["pm2"]);
  assert.match(line!, /command returns +– +500 ms$/);
});

test.run();
