import { test } from "uvu";
import * as assert from "uvu/assert";
import { chooseFormat } from "./negotiate.ts";

const CASES: readonly (readonly [string | undefined, ReturnType<typeof chooseFormat>])[] = [
  [undefined, "openMetrics"],
  ["*/*", "openMetrics"],
  ["application/json", "openMetrics"],
  ["text/plain", "prometheus"],
  ["text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "prometheus"],
  ["text/*", "prometheus"],
  // What Prometheus itself sends.
  [
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "openMetrics",
  ],
  ["application/openmetrics-text;q=0.1, text/plain", "prometheus"],
  ["text/plain; q=nonsense", "openMetrics"],
];
for (const [accept, format] of CASES) test(`${accept} gets ${format}`, () => assert.is(chooseFormat(accept), format));

test.run();
