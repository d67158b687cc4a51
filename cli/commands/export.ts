import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { exportCompose } from "../../core/convert/export/compose.ts";
import type { Exported, ForeignText } from "../../core/convert/export/definitions.ts";
import { exportSystemd } from "../../core/convert/export/systemd.ts";
import { exportYaml } from "../../core/convert/export/yaml.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { DEFAULT_FILES, readManifest } from "../../runtime/config/read-files.ts";
import { exportedFromDaemon, exportedFromManifest } from "../../runtime/convert/exported.ts";
import { withApps } from "../../runtime/convert/exported-apps.ts";
import { writeFiles } from "../../runtime/convert/write-files.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";

const EXPORTERS: Readonly<Record<string, (exported: Exported) => ForeignText[]>> = {
  systemd: exportSystemd,
  compose: exportCompose,
  yaml: exportYaml,
};

export const command: Command = {
  usage: "systemd|compose|yaml [NAME…] [-f FILE] [--out DIR]",
  summary: "Write what runs without Ghost: systemd units, a compose file; or a processes.yaml of what is registered",
  about:
    "Of NAME…: what is registered. With -f: of a file. With neither: of the processes.yaml here, else (and for yaml) of all that is registered. " +
    "Without --out, the files are printed. Secrets are never written: units read them from /etc/PROJECT/UNIT.env, of which an example is written, " +
    "a compose file from .env, a processes.yaml from ${VAR}.",
  flags: [
    { flags: "-f, --file <FILE>", about: "Read this processes.yaml instead of asking the daemon" },
    { flags: "--out <DIR>", about: "Write the files into this folder" },
    { flags: "--force", about: "Overwrite files that are there" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost export systemd --out units", "ghost export compose -f processes.yaml", "ghost export yaml 'shop/*' > processes.yaml"],
  async run(context) {
    const [kind = "", ...names] = context.names;
    const write = Object.hasOwn(EXPORTERS, kind) ? EXPORTERS[kind] : undefined;
    if (!write)
      throw usage(context.verb, kind === "" ? "it needs to know for whom" : `it does not know ${kind}`, "write systemd, compose or yaml; ");
    const exported = await gather(context, kind, names);
    if (exported.processes.length === 0) throw nothing();
    const { environment, home } = context;
    const files = write(kind === "yaml" ? await withApps(exported, { environment, home }) : exported);
    const out = context.text("out");
    const folder = out === undefined ? null : resolve(context.directory, out);
    if (folder !== null) writeFiles(folder, files, context.flag("force"));
    tell(context, files, folder);
    return 0;
  },
};

async function gather(context: Context, kind: string, names: readonly string[]): Promise<Exported> {
  const { directory, environment } = context;
  const file = context.text("file");
  const hasOwn = kind !== "yaml" && names.length === 0 && DEFAULT_FILES.some((name) => existsSync(join(directory, name)));
  if (file === undefined && !hasOwn) return exportedFromDaemon(await context.connect("if-not-stopped").definitions(), names);
  const { manifest } = await readManifest(file === undefined ? [] : [file], { directory, environment });
  return exportedFromManifest(manifest, names);
}

function nothing(): GhostError {
  return new GhostError("NOT_FOUND", "cannot export: nothing is registered", { hint: "register a file first, or name one with -f" });
}

function tell(context: Context, files: readonly ForeignText[], folder: string | null): void {
  if (context.json)
    return context.printJson({ out: folder, files: files.map(({ name, text }) => ({ name, ...(folder === null && { text }) })) });
  if (folder !== null) return context.say(`wrote into ${folder}: ${files.map(({ name }) => name).join(", ")}`);
  const [only] = files;
  if (files.length === 1 && only) return context.print(only.text.trimEnd());
  context.print(...files.flatMap(({ name, text }, index) => [...(index === 0 ? [] : [""]), `# --- ${name}`, text.trimEnd()]));
}
