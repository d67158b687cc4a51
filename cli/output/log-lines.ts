import { gapText, isGap, type LogRecord } from "../../core/logs/record.ts";
import { appRecordText } from "./app-record.ts";
import type { Paint } from "./paint.ts";
import { formatMoment } from "./quantities.ts";
import { withoutSteering } from "./steering.ts";
import { pad } from "./width.ts";

/** How lines are shown. */
export interface LogStyle {
  /** Cells of the name before each line; 0: no name, because all lines are one process's. */
  readonly nameCells: number;
  readonly timestamps: boolean;
  /** `project/name` instead of `name`. */
  readonly withProject: boolean;
  /** On a terminal, lines of several processes cannot steer it: one would wipe what the others wrote. Everywhere else lines stay as they were written. Records of apps are shown as people read them. */
  readonly isTerminal: boolean;
}

/** Colours that tell processes apart; red and green already mean something. */
const NAME_COLOURS = ["cyan", "magenta", "blue", "yellow"] as const;

/** Makes the function that turns records into lines; a process keeps its colour. */
export function makeLogRenderer(style: LogStyle, paint: Paint): (record: LogRecord) => string {
  const colours = new Map<string, (text: string) => string>();
  const colourOf = (label: string): ((text: string) => string) => {
    const colour = colours.get(label) ?? paint[NAME_COLOURS[colours.size % NAME_COLOURS.length] ?? "cyan"];
    colours.set(label, colour);
    return colour;
  };
  const written = style.isTerminal && style.nameCells > 0 ? withoutSteering : (line: string) => line;
  const shown = (line: string): string => (style.isTerminal ? appRecordText(line, paint) : null) ?? written(line);
  return (record) => {
    const label = labelOf(record, style.withProject);
    const name = style.nameCells > 0 ? `${colourOf(label)(`${pad(label, style.nameCells)} │`)} ` : "";
    const time = style.timestamps ? `${paint.dim(momentOf(record.time))} ` : "";
    return `${name}${time}${isGap(record) ? paint.yellow(gapText(record.gap)) : shown(record.line)}`;
  };
}

/** The name before a line: `api`, `api:1`, `shop/api`. */
export function labelOf(
  { project, name, instance }: { readonly project: string; readonly name: string; readonly instance: number },
  withProject: boolean,
): string {
  return `${withProject ? `${project}/` : ""}${name}${instance > 0 ? `:${instance}` : ""}`;
}

/** Local time with milliseconds; a line whose time is not known keeps its place. */
function momentOf(time: Date | null): string {
  if (time === null) return "unknown time".padEnd(23);
  return `${formatMoment(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
