import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GroupDefinition } from "./definition.ts";
import { groupChanges } from "./group-changes.ts";

const group = (name: string, more: Partial<GroupDefinition> = {}): GroupDefinition => ({
  name,
  project: "shop",
  processes: ["a", "b"],
  startup: "dependency",
  source: { file: "/p/processes.yaml", line: 1 },
  ...more,
});

test("new, changed and forgotten groups are told, moved ones are not", () => {
  const before = [group("same"), group("members"), group("order"), group("gone")];
  const now = [
    group("same", { source: { file: "/p/processes.yaml", line: 9 } }),
    group("members", { processes: ["a"] }),
    group("order", { startup: "parallel" }),
    group("new"),
  ];
  assert.equal(
    groupChanges(before, now).map(({ name, action }) => `${action} ${name}`),
    ["change members", "change order", "add new", "remove gone"],
  );
  assert.equal(
    groupChanges(before, now).flatMap(({ differences }) => differences ?? []),
    [
      { key: "processes", before: "a, b", after: "a" },
      { key: "startup", before: "dependency", after: "parallel" },
    ],
  );
  assert.equal(groupChanges([], []), []);
});

test.run();
