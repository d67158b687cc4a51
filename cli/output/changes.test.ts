import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PlanChange } from "../../core/api/wire.ts";
import { renderChangesSummary, renderPlan } from "./changes.ts";
import { plain } from "./paint.ts";

const change = (
  name: string,
  action: PlanChange["action"],
  disrupts: boolean,
  differences: PlanChange["differences"] = [],
): PlanChange => ({ project: "shop", name, action, disrupts, differences });

test("shows what would change, key by key, and who restarts", () => {
  const changes = [
    change("new", "add", false),
    change("api", "change", true, [
      { key: "args", before: "--port 1", after: "--port 2" },
      { key: "user", before: null, after: "www" },
      { key: "nice", before: "5", after: null },
    ]),
    change("old", "remove", true),
    change("same", "keep", false),
  ];
  assert.equal(renderPlan(changes, [{ project: "shop", name: "all", action: "add" }], plain), [
    "+ shop/new",
    "~ shop/api (restarts)",
    "    args: --port 1 → --port 2",
    "    user: www",
    "    nice: 5 → not set",
    "- shop/old (stops)",
    "+ group shop/all",
    "1 to add, 1 to change (restarts), 1 to remove (stops), 1 as declared",
  ]);
  assert.is(renderChangesSummary(changes), "1 added, 1 changed (restarted), 1 removed (stopped), 1 as declared");
});

test("says how many of several restart", () => {
  const some = [change("a", "change", true), change("b", "change", false), change("c", "change", false)];
  const all = [change("a", "remove", true), change("b", "remove", true)];
  assert.equal(
    [renderPlan(some, [], plain).at(-1), renderChangesSummary(some)],
    ["3 to change (1 of them restarts)", "3 changed (1 of them restarted)"],
  );
  assert.equal([renderPlan(all, [], plain).at(-1), renderChangesSummary(all)], ["2 to remove (all stop)", "2 removed (all stopped)"]);
});

test("of a group, who comes and goes and its order are shown", () => {
  const differences = [
    { key: "processes", before: "a, b", after: "b, c" },
    { key: "startup", before: "dependency", after: "parallel" },
  ];
  assert.equal(renderPlan([], [{ project: "shop", name: "all", action: "change", differences }], plain).slice(0, 3), [
    "~ group shop/all",
    "    processes: + c, - a",
    "    startup: dependency → parallel",
  ]);
  const order = [{ key: "processes", before: "a, b", after: "b, a" }];
  assert.is(
    renderPlan([], [{ project: "shop", name: "all", action: "change", differences: order }], plain)[1],
    "    processes: a, b → b, a",
  );
});

test("a PATH that differs is told once for all, and who meets nothing else has no line", () => {
  const path = { key: "PATH", before: "/usr/bin:/bin", after: "/opt/venv/bin:/usr/bin:/bin" };
  const executable = { key: "executable", before: "/usr/bin/python3", after: "/opt/venv/bin/python3" };
  assert.equal(renderPlan([change("api", "change", true, [executable, path]), change("web", "change", false, [path])], [], plain), [
    "~ shop/api (restarts)",
    "    executable: /usr/bin/python3 → /opt/venv/bin/python3",
    "~ PATH of 2 processes, from the next start on: + /opt/venv/bin",
    "2 to change (1 of them restarts)",
  ]);
  const other = { ...path, after: "/bin:/usr/bin" };
  assert.match(
    renderPlan([change("web", "change", false, [other])], [], plain)[0] ?? "",
    /of 1 process, from the next start on: in another order/,
  );
});

test("says when there is nothing to do", () => {
  assert.equal(renderPlan([change("a", "keep", false), change("b", "keep", false)], [], plain), [
    "nothing to change: 2 processes are as declared",
  ]);
});

test.run();
