import { basename, resolve } from "node:path";
import { findTemplate } from "../../runtime/apps/find-template.ts";
import { makeApp } from "../../runtime/apps/make-app.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { type Answers, checked, DEFAULT_TEMPLATE } from "../create/answers.ts";
import { tellMade, tellTemplates } from "../create/tell.ts";

export const command: Command = {
  usage: "[NAME] [--template T] [--dir DIR]",
  summary: "Make a new app from a template, ready to run",
  about:
    "Writes ./NAME and links it into ghosts/ of the home, so that the app is registered and found by its name from any folder. " +
    "Templates: basic (runs once), service (works at every tick), web-api (HTTP with a health check), worker (takes jobs from a stream, " +
    "with retries and dead letters), saga (an order in steps that are taken back), python. One's own lie in templates/NAME of the home, or are " +
    "given as a folder or a .tar.gz. On a terminal what is not given is asked for. Nothing is ever overwritten.",
  flags: [
    { flags: "-t, --template <T>", about: `A template's name, a folder, or a .tar.gz; default: ${DEFAULT_TEMPLATE}` },
    { flags: "-d, --dir <DIR>", about: "Where to write it; default: ./NAME" },
    { flags: "--description <TEXT>", about: "A line that says what the app does" },
    { flags: "--list", about: "List the templates" },
  ],
  argumentsMax: 1,
  examples: [
    "ghost create",
    "ghost create shop --template web-api",
    "ghost create mailer -t ./my-template --dir apps/mailer",
    "ghost create --list",
  ],
  async run(context) {
    if (context.flag("list")) return tellTemplates(context);
    const answers = context.interactive && wantsQuestions(context) ? await (await import("../create/ask.ts")).ask(context) : given(context);
    const template = await findTemplate(answers.template, context);
    // From here on ^C waits until all is written: it takes some milliseconds.
    void context.interruption;
    const made = await makeApp({ ...answers, template, home: context.home });
    await tellMade(context, answers.name, template, made);
    return 0;
  },
};

/** A name and a template leave nothing to ask. */
function wantsQuestions(context: Context): boolean {
  return context.names.length === 0 || context.text("template") === undefined;
}

function given(context: Context): Answers {
  const dir = context.text("dir");
  const name = context.names[0] ?? (dir === undefined ? undefined : basename(resolve(context.directory, dir)));
  if (name === undefined) throw usage(context.verb, "it needs a NAME");
  const template = context.text("template") ?? DEFAULT_TEMPLATE;
  return checked(
    { name, template, folder: resolve(context.directory, dir ?? name), description: context.text("description") ?? "" },
    context,
  );
}
