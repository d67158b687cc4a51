import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { type Examination, examine } from "../../runtime/doctor/examine.ts";
import type { Finding } from "../../runtime/doctor/finding.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import type { Paint } from "../output/paint.ts";
import { count } from "../output/quantities.ts";
import { hang } from "../output/wrap.ts";

/** So many changes of the history go into a bundle. */
const BUNDLE_HISTORY_ENTRIES = 1000;
const SUBJECT_CELLS = 9;

export const command: Command = {
  usage: "[--bundle FILE [--force]]",
  summary: "Find what is wrong with this home, the daemon, the system and its limits",
  about:
    "Exits 1 if something does not work. --bundle writes findings, versions, the list, the history and the daemon's log, without secrets, to attach to a bug report.",
  flags: [
    { flags: "--bundle <FILE>", about: "Write a .tar.gz for a bug report" },
    { flags: "-f, --force", about: "Let --bundle overwrite a file that is there" },
  ],
  argumentsMax: 0,
  examples: ["ghost doctor", "ghost doctor --bundle ghost.tar.gz"],
  async run(context) {
    const client = context.connect("never");
    const examination = await examine(context.home, client, context.version, context.environment);
    const bundle = context.text("bundle");
    const written = bundle === undefined ? null : await writeBundle(context, client, examination, resolve(context.directory, bundle));
    if (context.json) context.printJson({ findings: examination.findings, ...(written && { bundle: written }) });
    else if (!context.quiet) context.print(...renderFindings(examination.findings, context.output.columns, await context.paint()));
    if (written) context.say(`wrote ${written}: look through it before you attach it to a bug report`);
    return examination.findings.some(({ grade }) => grade === "problem") ? 1 : 0;
  },
};

function renderFindings(findings: readonly Finding[], columns: number, paint: Paint): string[] {
  const marks = { good: paint.green("✓"), warning: paint.yellow("!"), problem: paint.red("✗") };
  const indent = SUBJECT_CELLS + 2;
  const lines = findings.flatMap(({ grade, subject, message, hint }) => [
    ...hang(`${marks[grade]} ${paint.bold(subject.padEnd(SUBJECT_CELLS))}`, indent, message, columns),
    ...(hint ? hang(`${" ".repeat(indent)}${paint.cyan("hint:")} `, indent + "hint: ".length, hint, columns) : []),
  ]);
  const problems = findings.filter(({ grade }) => grade === "problem").length;
  const warnings = findings.filter(({ grade }) => grade === "warning").length;
  return [...lines, "", problems + warnings === 0 ? "all is well" : `${count(problems, "problem")}, ${count(warnings, "warning")}`];
}

async function writeBundle(context: Context, client: DaemonClient, { findings, system, home }: Examination, file: string): Promise<string> {
  if (!home) throw new GhostError("HOME_UNUSABLE", "cannot make a bundle: this home's paths cannot be used", { hint: findings[0]?.hint });
  const { makeBundle } = await import("../../runtime/doctor/bundle.ts");
  const [list, history] = system
    ? await Promise.all([client.processes(), client.history({ limit: BUNDLE_HISTORY_ENTRIES })])
    : [null, null];
  const versions = { version: context.version, runtimes: process.versions, platform: process.platform, arch: process.arch };
  try {
    const content = makeBundle(home, { versions, findings, system, list, history }, new Date());
    await writeFile(file, content, { mode: 0o600, flag: context.flag("force") ? "w" : "wx" });
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new GhostError("FAILED", `cannot write the bundle ${file}: the file is there already`, {
        hint: "name another file, or overwrite it with --force",
      });
    throw new GhostError("FAILED", `cannot write the bundle ${file}: ${(error as Error).message}`, { hint: "name another file" });
  }
}
