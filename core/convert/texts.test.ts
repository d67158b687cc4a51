import { test } from "uvu";
import * as assert from "uvu/assert";
import { cronOfCalendar, cronOfInterval } from "./calendar.ts";
import { parseComposeDuration } from "./compose-duration.ts";
import { composeText } from "./compose-text.ts";
import { Template } from "./draft.ts";
import { parseIni } from "./ini.ts";
import { recognise } from "./recognise.ts";
import { shellWords } from "./shell-words.ts";
import { parseEnvironment } from "./supervisord-environment.ts";
import { parseUnitTime } from "./unit-time.ts";
import { unitWords } from "./unit-words.ts";

test("OnCalendar as cron", () => {
  const cases: Readonly<Record<string, string | null>> = {
    daily: "@daily",
    weekly: "0 0 * * 1",
    "*-*-* 02:30:00": "30 2 * * *",
    "02:30": "30 2 * * *",
    "Mon..Fri *-*-* 10:00": "0 10 * * MON-FRI",
    "Sat,Sun 20:00": "0 20 * * SAT,SUN",
    "*:0/15": "*/15 * * * *",
    "*-*-01,15 00:00:00": "0 0 1,15 * *",
    "*-*-* 08..17:00:30": "30 0 8-17 * * *",
    "2026-01-01": null,
    "*-*~1": null,
    nonsense: null,
  };
  for (const [calendar, cron] of Object.entries(cases)) assert.is(cronOfCalendar(calendar)?.cron ?? null, cron, calendar);
  assert.is(cronOfCalendar("*-*-* 02:00:00 Europe/Berlin")?.timezone, "Europe/Berlin");
});

test("intervals that cron has", () => {
  assert.equal(
    [5, 60, 360, 1440, 7, 90].map((minutes) => cronOfInterval(minutes * 60_000)),
    ["*/5 * * * *", "0 */1 * * *", "0 */6 * * *", "0 0 * * *", null, null],
  );
});

test("Compose's variables", () => {
  const complaints: string[] = [];
  const shown = (text: string) => {
    const result = composeText(text, { FROM_FILE: "f", A_TOKEN: "secret", BRACES: "{}" }, (complaint) => complaints.push(complaint));
    return result instanceof Template ? `T:${result.text}` : result;
  };
  const cases: Readonly<Record<string, string>> = {
    a$$b: "a$b",
    $A: "T:${A}",
    "${A}-${A-x}-${A:-y}": "T:${A}-${A:-x}-${A:-y}",
    "${A:?why not}": "T:${A}",
    "${FROM_FILE}": "T:${FROM_FILE:-f}",
    "${BRACES}": "T:${BRACES}",
    "${A_TOKEN}": "T:${A_TOKEN}",
    "$${A}": "${A}",
    "$${A} ${B}": "T:$${A} ${B}",
    "${A:+x}": "${A:+x}",
  };
  for (const [text, expected] of Object.entries(cases)) assert.is(shown(text), expected, text);
  assert.is(complaints.length, 1);
});

test("durations", () => {
  assert.equal(["1m30s", "500ms", "2h", "10", 10, "soon"].map(parseComposeDuration), [90_000, 500, 7_200_000, 10_000, 10_000, undefined]);
  assert.equal(["90", "5min 20s", "1h", "100ms", "infinity", ""].map(parseUnitTime), [
    90_000,
    320_000,
    3_600_000,
    100,
    undefined,
    undefined,
  ]);
});

test("words as systemd and as Python split them", () => {
  assert.equal(unitWords(`a "b c" 'd "e"' f\\x20g h\\ti "" x"y z"`), ["a", "b c", 'd "e"', "f g", "h\ti", "", "xy z"]);
  assert.equal(shellWords(`a "b c" 'd\\' e\\ f "g\\"h" ''`), ["a", "b c", "d\\", "e f", 'g"h', ""]);
});

test("supervisord's ini: comments, continuation lines, colons, keys in any case", () => {
  const [section] = parseIni("; c\n[program:a]\nCommand = x ; y\nenvironment=A=1,\n  B=2\nstdout: z;w\n");
  assert.equal(
    [...(section?.values ?? [])],
    [
      ["command", "x"],
      ["environment", "A=1,\nB=2"],
      ["stdout", "z;w"],
    ],
  );
  assert.equal(parseEnvironment(`A="1,2",B='x"y',\nC=plain, D="q\\"r",`), { A: "1,2", B: 'x"y', C: "plain", D: 'q"r' });
});

test("whose file it is, by name and by content", () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ["/x/dump.pm2", "", "pm2-dump"],
    ["/x/Procfile.dev", "", "procfile"],
    ["/x/docker-compose.prod.yml", "", "compose"],
    ["/x/compose.yaml", "", "compose"],
    ["/x/a@1.service", "", "systemd"],
    ["/x/supervisord.conf", "", "supervisord"],
    ["/x/ecosystem.config.cjs", "", "pm2"],
    ["/x/pm2.json", '{"apps":[]}', "pm2"],
    ["/x/worker.conf", "[program:x]\ncommand=y", "supervisord"],
    ["/x/stack.yml", "version: '3'\nservices:\n  a: {}", "compose"],
    ["/x/apps.yml", "apps:\n  - script: a", "pm2"],
    ["/x/Dev", "web: node x", "procfile"],
    ["/x/y", "?", null],
  ];
  for (const [path, text, kind] of cases) assert.is(recognise({ path, text }), kind, path);
});

test.run();
