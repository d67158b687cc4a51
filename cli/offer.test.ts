import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView } from "../core/api/wire.ts";
import { offerFor } from "./offer.ts";

const view = (name: string, changes: Partial<ProcessView>): ProcessView =>
  ({ name, pid: null, desired: "down", type: "service", ...changes }) as ProcessView;

const PROCESSES = [
  view("running", { pid: 812, desired: "up" }),
  view("looping", { desired: "up" }),
  view("stopping", { pid: 813 }),
  view("stopped", {}),
  view("job", { type: "oneshot", desired: "up" }),
];

test("a verb is offered what it may do something to", () => {
  const cases: [string, string[]][] = [
    ["stop", ["running", "looping", "stopping", "job"]],
    ["restart", ["running", "looping", "stopping", "job"]],
    ["reload", ["running", "looping", "stopping", "job"]],
    ["start", ["looping", "stopped", "job"]],
    ["trigger", ["job"]],
    ["delete", PROCESSES.map(({ name }) => name)],
    ["env", PROCESSES.map(({ name }) => name)],
  ];
  for (const [verb, expected] of cases)
    assert.equal(
      offerFor(verb, PROCESSES).map(({ name }) => name),
      expected,
      verb,
    );
});

test.run();
