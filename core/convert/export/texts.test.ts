import { test } from "uvu";
import * as assert from "uvu/assert";
import { portReference } from "../../config/port-references.ts";
import { secretReference } from "../../config/secrets.ts";
import { unitWords } from "../unit-words.ts";
import { calendarsOfCron } from "./calendar.ts";
import { parseDockerRun } from "./docker-run.ts";
import { secretVariable, spell } from "./references.ts";
import { unitAssignment, unitShellWord, unitWord } from "./unit-text.ts";

test("cron as OnCalendar", () => {
  const cases: Readonly<Record<string, readonly string[] | null>> = {
    "*/5 * * * *": ["*-*-* *:0/5:00"],
    "30 2 * * *": ["*-*-* 02:30:00"],
    "0 9-17 * * 1-5": ["Mon,Tue,Wed,Thu,Fri *-*-* 9..17:00:00"],
    "0 0 1 JAN,7 *": ["*-1,7-1 00:00:00"],
    "15 0 0 * * 0": ["Sun *-*-* 00:00:15"],
    "0 0 13 * FRI": ["*-*-13 00:00:00", "Fri *-*-* 00:00:00"],
    "@daily": ["daily"],
    "0 0 * * 7": ["Sun *-*-* 00:00:00"],
    "0 0 L * *": null,
    "0 0 * * 5#2": null,
    nonsense: null,
  };
  for (const [cron, calendars] of Object.entries(cases)) assert.equal(calendarsOfCron(cron, null), calendars, cron);
  assert.equal(calendarsOfCron("0 0 * * *", "Asia/Tokyo"), ["*-*-* 00:00:00 Asia/Tokyo"]);
});

test("words of units are read back as they were", () => {
  for (const word of ["plain", "", "two words", 'q"q', "it's", "back\\slash", "100%", "line\nend", "tab\t", "ünï", "a;b", "--x=1 2"]) {
    const written = unitWord(word, {}).replaceAll("%%", "%").replaceAll("$$", "$");
    assert.equal(unitWords(written), [word], written);
  }
  assert.is(unitWord("5$ $HOME", {}), '"5$$ $$HOME"');
  assert.is(unitWord(";", {}), "\\;");
  assert.is(unitAssignment("A", "$x 100%"), '"A=$x 100%%"');
});

test("references are spelt for whoever fills them in", () => {
  const text = `a${secretReference("api.DB_PASSWORD")}b${portReference("api.web")}`;
  const spelling = { literal: (part: string) => part.toUpperCase(), variable: (name: string) => `<${name}>` };
  assert.is(spell(text, {}, spelling), "A<DB_PASSWORD>B<PORT_API_WEB>");
  assert.is(spell(text, { "api.web": 80 }, spelling), "A<DB_PASSWORD>B80");
  assert.is(unitWord(text, {}), "a${DB_PASSWORD}b${PORT_API_WEB}");
  assert.is(unitShellWord(`echo $X ${text}`, {}), '"echo $$X a$${DB_PASSWORD}b$${PORT_API_WEB}"');
  assert.equal(["TOKEN#2", "api.KEY", "my-proc.A"].map(secretVariable), ["TOKEN", "KEY", "A"]);
});

test("docker run is read with its options in any form", () => {
  const run = parseDockerRun([
    "/usr/bin/docker",
    "run",
    "--rm",
    "-p",
    "80:80",
    "--env=A=1",
    "-e",
    "B",
    "--init",
    "--name",
    "x",
    "image:1",
    "cmd",
    "-p",
    "y",
  ]);
  assert.equal([run?.image, run?.command], ["image:1", ["cmd", "-p", "y"]]);
  assert.equal(
    [run?.options.get("publish"), run?.options.get("env"), run?.options.get("name"), run?.options.get("init")],
    [["80:80"], ["A=1", "B"], ["x"], [""]],
  );
  assert.is(parseDockerRun(["docker", "ps"]), null);
  assert.is(parseDockerRun(["docker", "run", "--rm"]), null);
});

test.run();
