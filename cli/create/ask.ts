import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { confirm, intro, isCancel, log, select, text } from "@clack/prompts";
import { nameProblem, sanitizeName } from "../../core/config/names.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { findTemplate, listTemplates } from "../../runtime/apps/find-template.ts";
import { placeProblem } from "../../runtime/apps/make-app.ts";
import type { Context } from "../context.ts";
import { endOfInput } from "../end-of-input.ts";
import { tame } from "../output/width.ts";
import { type Answers, checked, DEFAULT_TEMPLATE, descriptionProblem, nearName } from "./answers.ts";

/** The questions go to standard error, so that standard output stays the answer's. */
const OUTPUT = { output: process.stderr, signal: endOfInput() };

/** Asks a person for what the command line leaves open, shows what will be made, and asks whether to. Throws INTERRUPTED, and before the first question what findTemplate throws. */
export async function ask(context: Context): Promise<Answers> {
  const given = context.text("template");
  // Nobody answers questions for an app that cannot be made.
  if (given !== undefined) await findTemplate(given, context);
  intro("A new app", OUTPUT);
  const name = context.names[0] ?? (await askName(context));
  const template = given ?? (await askTemplate(context));
  const description = context.text("description") ?? (await askDescription());
  const dir = context.text("dir") ?? (await askFolder(context, name));
  const answers = checked({ name, template, description, folder: resolve(context.directory, dir) }, context);
  const { files, origin } = await findTemplate(template, context);
  const lines = [`name      ${name}`, `template  ${tame(template)}, ${files.length} files, ${tame(origin)}`, `folder    ${answers.folder}`];
  log.message(lines, OUTPUT);
  if (!answered(await confirm({ message: "Make it?", ...OUTPUT }))) throw interrupted();
  return answers;
}

async function askName({ directory, home, text: option }: Context): Promise<string> {
  const dir = option("dir");
  const offered = dir === undefined ? freeName(directory) : sanitizeName(basename(resolve(directory, dir)), "my-app");
  const problem = (name: string): string | undefined =>
    nameProblemWithRemedy(name) ?? placeProblem({ name, home, folder: resolve(directory, dir ?? name) })?.message;
  return answered(
    await text({ message: "What is its name?", ...suggestion(offered), validate: (typed) => problem(typed || offered), ...OUTPUT }),
  );
}

function nameProblemWithRemedy(name: string): string | undefined {
  return [nameProblem(name), nameProblem(name) && nearName(name)].filter(Boolean).join("; ") || undefined;
}

/** `my-app`, or the first of `my-app-2` … that is not there. */
function freeName(directory: string): string {
  const names = ["my-app", ...Array.from({ length: 98 }, (_, index) => `my-app-${index + 2}`)];
  return names.find((name) => !existsSync(resolve(directory, name))) ?? "my-app";
}

async function askTemplate({ home }: Context): Promise<string> {
  const options = (await listTemplates(home)).map(({ name, about }) => ({ value: name, label: tame(name), hint: tame(about) }));
  return answered(await select({ message: "What kind of app?", options, initialValue: DEFAULT_TEMPLATE, maxItems: 12, ...OUTPUT }));
}

async function askDescription(): Promise<string> {
  const validate = (typed: string | undefined): string | undefined => descriptionProblem(typed ?? "") ?? undefined;
  return answered(await text({ message: "What does it do?", placeholder: "a line, or nothing", defaultValue: "", validate, ...OUTPUT }));
}

async function askFolder({ directory, home }: Context, name: string): Promise<string> {
  const offered = `./${name}`;
  const validate = (typed: string | undefined): string | undefined =>
    placeProblem({ name, home, folder: resolve(directory, typed || offered) })?.message;
  return answered(await text({ message: "In which folder?", ...suggestion(offered), validate, ...OUTPUT }));
}

/** What an empty answer means, shown where the answer will stand. */
function suggestion(offered: string) {
  return { placeholder: offered, defaultValue: offered };
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (!isCancel(answer)) return answer as Exclude<Answer, symbol>;
  throw interrupted();
}

function interrupted(): GhostError {
  return new GhostError("INTERRUPTED", "nothing was made");
}
