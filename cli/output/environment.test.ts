import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EnvironmentView } from "../../core/api/wire.ts";
import { renderEnvironmentDifference } from "./environment.ts";
import { plain } from "./paint.ts";

const lines = (difference: EnvironmentView["difference"]): string[] =>
  renderEnvironmentDifference({ project: "shop", name: "api", variables: [], difference }, plain);

test("what differs is shown as it runs and as it is declared, a changed secret too", () => {
  assert.equal(
    lines([
      { key: "DB_PASSWORD", running: "******", declared: "******" },
      { key: "GONE", running: "1", declared: null },
      { key: "LOG", running: "info", declared: "debug" },
    ]),
    ["- DB_PASSWORD=******", "+ DB_PASSWORD=****** (changed)", "- GONE=1", "- LOG=info", "+ LOG=debug"],
  );
  assert.equal(lines([]), ["no difference: it runs with what is declared"]);
  assert.equal(lines(null), ["not running: there is nothing to compare with"]);
});

test.run();
