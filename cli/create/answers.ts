import { hasControlCharacter } from "../../core/config/control-characters.ts";
import { nameProblem, sanitizeName } from "../../core/config/names.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { placeProblem } from "../../runtime/apps/make-app.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";

/** The template of those who name none. */
export const DEFAULT_TEMPLATE = "basic";
/** In characters: it is one line of a list. */
export const DESCRIPTION_LENGTH_MAX = 200;

/** All that `ghost create` needs to know. */
export interface Answers {
  readonly name: string;
  /** A template's name, or the path of a folder or archive. */
  readonly template: string;
  /** Absolute. */
  readonly folder: string;
  readonly description: string;
}

/** The answers, if they can be used, before any template is read. Throws USAGE or NAME_TAKEN. */
export function checked(answers: Answers, context: Context): Answers {
  const { name, description } = answers;
  const problem = nameProblem(name);
  if (problem) throw wrongName(name, problem);
  const wrong = descriptionProblem(description);
  if (wrong) throw usage(context.verb, `--description: ${wrong}`);
  const place = placeProblem({ ...answers, home: context.home });
  if (place) throw place;
  return answers;
}

/** What is wrong with a description, as the end of a sentence; null when it is good. It stands between double quotes in YAML and JSON. */
export function descriptionProblem(text: string): string | null {
  if (text.length > DESCRIPTION_LENGTH_MAX) return `it is longer than ${DESCRIPTION_LENGTH_MAX} characters`;
  const isOneLine = !hasControlCharacter(text) && !/["\\\n\r\t]|\$\{/.test(text);
  return isOneLine ? null : "it is one line without double quotes, backslashes and ${";
}

function wrongName(name: string, problem: string): GhostError {
  return new GhostError("USAGE", `cannot use ${name} as a name: ${problem}`, {
    hint: name.includes("/") ? `ghost create NAME --dir ${name}` : (nearName(name) ?? "ghost create --help shows what it takes"),
  });
}

/** `x-y would do` for a name that cannot be used; null where nothing of it can. */
export function nearName(name: string): string | null {
  const near = sanitizeName(name, "");
  return near === "" || near === name ? null : `${near} would do`;
}
