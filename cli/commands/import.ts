import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { IMPORT_KINDS, type ImportKind } from "../../core/convert/recognise.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type Import, importFiles } from "../../runtime/convert/read-foreign.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";

/** The file that is written unless --out names another. */
const DEFAULT_OUT = "processes.yaml";

export const command: Command = {
  usage: "FILE… [--out FILE]",
  summary: "Make a processes.yaml from another tool's file",
  about:
    "Reads a PM2 ecosystem file (JSON, YAML, or JavaScript, which is run with node) and PM2's dump.pm2, a Procfile, a docker-compose file, " +
    "supervisord's ini files, and systemd's .service, .timer and .socket files (of the last two several at once). What has no equal in Ghost becomes a comment. " +
    "Secrets are written as they stand, with a comment. Nothing is registered.",
  flags: [
    { flags: "--out <FILE>", about: "Where to write it; - is standard output; default: processes.yaml here" },
    { flags: "--force", about: "Overwrite a file that is there" },
    { flags: "--from <KIND>", about: `Whose file it is, where name and content do not tell: ${IMPORT_KINDS.join(", ")}` },
    { flags: "--env <NAME>", about: "Of a PM2 file: lay env_NAME over env" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: [
    "ghost import ecosystem.config.js",
    "ghost import ~/.pm2/dump.pm2 --out -",
    "ghost import /etc/systemd/system/shop-*.service --out shop.yaml",
  ],
  async run(context) {
    if (context.names.length === 0) throw usage(context.verb, "it needs a FILE");
    const target = context.text("out") ?? DEFAULT_OUT;
    const out = resolve(context.directory, target === "-" ? DEFAULT_OUT : target);
    if (target !== "-") refuseToOverwrite(out, context.flag("force"));
    const made = await importFiles({
      paths: context.names,
      kind: kindOption(context),
      out,
      pm2Environment: context.text("env") ?? null,
      directory: context.directory,
      environment: context.environment,
    });
    if (target !== "-") writeNew(out, made.text, context.flag("force"));
    tell(context, made, target === "-" ? null : out);
    return 0;
  },
};

function kindOption(context: Context): ImportKind | null {
  const text = context.text("from");
  const kind = IMPORT_KINDS.find((each) => each === text);
  if (text !== undefined && !kind) throw usage(context.verb, `--from takes ${IMPORT_KINDS.join(", ")}, not ${text}`);
  return kind ?? null;
}

function refuseToOverwrite(out: string, force: boolean): void {
  if (!force && existsSync(out)) throw alreadyThere(out);
}

/** `wx`: a file that came in between is not overwritten either. 0600: it may hold secrets. */
function writeNew(out: string, text: string, force: boolean): void {
  try {
    writeFileSync(out, text, { flag: force ? "w" : "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw alreadyThere(out);
    throw new GhostError("FAILED", `cannot write ${out}: ${(error as Error).message}`, {
      hint: "name another place with --out",
      cause: error,
    });
  }
}

function alreadyThere(out: string): GhostError {
  return new GhostError("USAGE", `cannot write ${out}: it is there already`, { hint: "--out names another file, --force overwrites" });
}

function tell(context: Context, { text, kind, processes, groups, notes, variables }: Import, out: string | null): void {
  if (context.json) return context.printJson({ out, kind, processes, groups, variables, notes, ...(out === null && { text }) });
  if (out === null) return context.print(text.trimEnd());
  context.say(`wrote ${out}: ${processes.length} processes, ${notes.length} comments on what has no equal or should be looked at`);
  if (variables.length > 0) context.say(`set before it is registered: ${variables.join(", ")}`);
  context.say(`next: look through it, then ghost plan ${out}`);
}
