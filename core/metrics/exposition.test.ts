import { test } from "uvu";
import * as assert from "uvu/assert";
import { type MetricFamily, renderMetrics } from "./exposition.ts";

const FAMILIES: readonly MetricFamily[] = [
  {
    name: "a_seconds",
    type: "counter",
    unit: "seconds",
    help: 'a "quoted"\nback\\slash',
    samples: [{ labels: { name: 'x"\\\ny' }, value: 1.5 }],
  },
  { name: "b", type: "info", help: "b", samples: [{ labels: { version: "1" }, value: 1 }] },
  { name: "empty", type: "gauge", help: "nothing", samples: [] },
  { name: "c", type: "gauge", help: "c", samples: [Number.NaN, Number.POSITIVE_INFINITY, 1e21].map((value) => ({ labels: {}, value })) },
];

test("OpenMetrics: suffixes, unit, escapes, numbers, end", () => {
  assert.is(
    renderMetrics(FAMILIES, "openMetrics"),
    [
      "# TYPE a_seconds counter",
      "# UNIT a_seconds seconds",
      '# HELP a_seconds a \\"quoted\\"\\nback\\\\slash',
      'a_seconds_total{name="x\\"\\\\\\ny"} 1.5',
      "# TYPE b info",
      "# HELP b b",
      'b_info{version="1"} 1',
      "# TYPE c gauge",
      "# HELP c c",
      "c NaN",
      "c +Inf",
      "c 1e+21",
      "# EOF",
      "",
    ].join("\n"),
  );
});

test("Prometheus 0.0.4: the types that it knows, by the names of the samples, and no end", () => {
  const text = renderMetrics(FAMILIES.slice(0, 2), "prometheus");
  assert.is(
    text,
    [
      '# HELP a_seconds_total a "quoted"\\nback\\\\slash',
      "# TYPE a_seconds_total counter",
      'a_seconds_total{name="x\\"\\\\\\ny"} 1.5',
      "# HELP b_info b",
      "# TYPE b_info gauge",
      'b_info{version="1"} 1',
      "",
    ].join("\n"),
  );
});

test("nothing at all is still a whole text", () => assert.is(renderMetrics([], "openMetrics"), "# EOF\n"));

test.run();
