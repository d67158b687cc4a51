import type { DraftProcess } from "./draft.ts";
import { durationText, filled, numberOf, secondsText } from "./quantities.ts";
import { parseCommand } from "./systemd-commands.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";
import { parseUnitTime } from "./unit-time.ts";

/** Keys that a readiness command takes the place of. */
export const READINESS_KEYS: ReadonlySet<string> = new Set(["ExecStartPost", "TimeoutStartSec"]);

const WAITING = /^until ([\s\S]+); do sleep (\d+(?:\.\d+)?); done$/;
/** systemd's own time for a start, DefaultTimeoutStartSec, in ms. */
const START_MS = 90_000;
/** How long one question may take where the line does not say it, in seconds. */
const QUESTION_SECONDS = 10;
/** What the programs around a question may take on top of its own limit, in seconds. */
const MARGIN_SECONDS = 1;

/** An ExecStartPost that waits until something holds, which `ghost export systemd` makes of a check too, becomes a check. */
export function setReadiness(unit: Unit, process: DraftProcess): void {
  const lines = valuesOf(unit, "Service", "ExecStartPost");
  const { words } = parseCommand(lines[0] ?? "", unit, process);
  const shell = lines.length === 1 && words.length === 3 && /(^|\/)(ba|da)?sh$/.test(words[0] ?? "") && words[1] === "-c";
  const [, question, pause] = (shell && WAITING.exec((words[2] ?? "").replaceAll("$$", "$"))) || [];
  if (question === undefined || lastOf(unit, "Service", "Type") === "oneshot") return;
  const limit = numberOf(/(?:^\S*timeout |--max-time )(\d+) /.exec(question)?.[1]);
  process.set(
    "health_check",
    filled({
      exec: question,
      period: secondsText(pause),
      timeout: secondsText(limit === undefined ? QUESTION_SECONDS : limit + MARGIN_SECONDS),
      start_grace: durationText(parseUnitTime(lastOf(unit, "Service", "TimeoutStartSec")) || START_MS),
    }),
  );
  process.note("systemd asks it until it holds once; Ghost goes on asking", "health_check");
}
