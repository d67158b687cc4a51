/**
 * JUnit XML, as CI systems read it: there is no standard, but the schema of Apache Ant's and Maven Surefire's reports
 * (`testsuites`, `testsuite`, `testcase` with `failure`, `error`, `skipped`, `system-out`) is what all of them take.
 */

/** What became of one process. */
export interface JunitCase {
  readonly name: string;
  /** How long it ran, in ms. */
  readonly durationMs: number;
  /** `failure`: it did not do as it should; `error`: it was not let to its end; `skipped`: it was never started. */
  readonly verdict:
    | { readonly kind: "passed" }
    | { readonly kind: "failure" | "error" | "skipped"; readonly message: string; readonly text?: string };
  /** What it wrote, where that is wanted. */
  readonly out?: string;
  readonly err?: string;
}

export interface JunitSuite {
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly cases: readonly JunitCase[];
}

/** The whole document. Characters that XML 1.0 has no way to write, colours among them, are left out. */
export function junitXml(suite: JunitSuite): string {
  const count = (kind: JunitCase["verdict"]["kind"]): number => suite.cases.filter(({ verdict }) => verdict.kind === kind).length;
  const totals = attributes({
    name: suite.name,
    tests: suite.cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds(suite.durationMs),
    timestamp: suite.startedAt.replace(/\.\d+Z$/, ""),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite${totals}>`,
    ...suite.cases.flatMap((each) => testCase(suite.name, each)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(suite: string, { name, durationMs, verdict, out, err }: JunitCase): string[] {
  return [
    `    <testcase${attributes({ classname: suite, name, time: seconds(durationMs) })}>`,
    ...(verdict.kind === "passed"
      ? []
      : [`      <${verdict.kind}${attributes({ message: verdict.message })}>${escaped(verdict.text ?? "")}</${verdict.kind}>`]),
    ...(out === undefined ? [] : [`      <system-out>${escaped(out)}</system-out>`]),
    ...(err === undefined ? [] : [`      <system-err>${escaped(err)}</system-err>`]),
    "    </testcase>",
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Colours and other commands to a terminal (ECMA-48, CSI and OSC). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with the escape character.
const ESCAPE_SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
/** Whatever is no Char of XML 1.0 (section 2.2). */
const NO_CHARACTERS = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escaped(text: string): string {
  return text
    .replace(ESCAPE_SEQUENCES, "")
    .replace(NO_CHARACTERS, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
