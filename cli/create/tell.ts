import { relative } from "node:path";
import { listTemplates } from "../../runtime/apps/find-template.ts";
import type { MadeApp } from "../../runtime/apps/make-app.ts";
import type { Template } from "../../runtime/apps/template.ts";
import type { Context } from "../context.ts";
import { count } from "../output/quantities.ts";
import { renderTable } from "../output/table.ts";
import { tame } from "../output/width.ts";

/** Tells what was made and what to do next. */
export async function tellMade(context: Context, name: string, template: Template, made: MadeApp): Promise<void> {
  if (context.json)
    return context.printJson({ name, template: template.name, origin: template.origin, leftOut: template.leftOut, ...made });
  const paint = await context.messagePaint();
  const folder = shortPath(context.directory, made.folder);
  context.say(`created ${paint.bold(name)} in ${folder}, from the template ${tame(template.name)}, ${count(made.files.length, "file")}`);
  if (template.leftOut.length > 0) context.say(leftBehind(template.leftOut));
  if (made.link !== null) context.say(`linked into ${made.link}, so that ghost finds it by its name`);
  context.say("next:", ...nextSteps(name).map(([line, about]) => `  ${line.padEnd(NEXT_CELLS + name.length)}${paint.dim(about)}`));
}

/** Paths that are told of what is left behind. */
const LEFT_OUT_TOLD_MAX = 10;

function leftBehind(paths: readonly string[]): string {
  const more = paths.length > LEFT_OUT_TOLD_MAX ? ` and ${paths.length - LEFT_OUT_TOLD_MAX} more` : "";
  return `not copied: ${tame(paths.slice(0, LEFT_OUT_TOLD_MAX).join(", "))}${more}`;
}

/** Cells of a next step, without the name. */
const NEXT_CELLS = "ghost start  ".length + 1;

function nextSteps(name: string): [string, string][] {
  return [
    [`ghost run ${name}`, "run it here"],
    [`ghost test ${name}`, "run its tests"],
    [`ghost start ${name}`, "run it in the background"],
  ];
}

/** `ghost create --list`; with --quiet the names alone, one a line: completions stand on it. */
export async function tellTemplates(context: Context): Promise<number> {
  const templates = await listTemplates(context.home, context.warn);
  if (context.json) context.printJson(templates.map(({ name, about, origin, sdk }) => ({ name, about, origin, sdk })));
  else if (context.quiet) context.print(...templates.map(({ name }) => name));
  else context.print(...renderTable(COLUMNS, templates.map(row), context.output.columns, await context.paint()));
  return 0;
}

const COLUMNS = [{ title: "TEMPLATE" }, { title: "MAKES", flexible: true }, { title: "FROM" }];

function row({ name, about, origin }: Template) {
  return [{ text: tame(name) }, { text: tame(about) }, { text: tame(origin) }];
}

function shortPath(directory: string, folder: string): string {
  const path = relative(directory, folder);
  if (path === "") return "this folder";
  return path.startsWith("..") ? folder : `./${path}`;
}
