import { directoryOf } from "../config/posix-path.ts";
import { setCommand } from "./command.ts";
import { type Draft, DraftProcess, emptyDraft, Template } from "./draft.ts";
import { parseIni, type Section } from "./ini.ts";
import { NameBook } from "./name-book.ts";
import { refuseFile } from "./plain.ts";
import { filled, numberOf, restartValue, secondsText, sizeText } from "./quantities.ts";
import { shellWords } from "./shell-words.ts";
import { type ForeignFile, placeDirectory, type Surroundings } from "./source.ts";
import { parseEnvironment } from "./supervisord-environment.ts";
import { Expander } from "./supervisord-expansion.ts";
import { noteSupervisordKeys } from "./supervisord-notes.ts";

/** Converts one or several files of supervisord: programs, groups, and what [supervisord] says for all programs. */
export function convertSupervisord(files: readonly ForeignFile[], surroundings: Surroundings): Draft {
  const draft = emptyDraft();
  const sections = files.flatMap((file) => parseIni(file.text).map((section) => ({ ...section, file })));
  const shared = sections.find(({ name }) => name === "supervisord")?.values ?? new Map<string, string>();
  const names = new NameBook();
  const made = new Map<string, string[]>();
  const main = mainFile(sections, files);
  for (const section of sections.filter(isProgram)) {
    const processes = convertProgram(section, section.file, { names, shared, main, surroundings });
    made.set(
      programName(section),
      processes.map(({ name }) => name),
    );
    draft.processes.push(...processes);
  }
  if (draft.processes.length === 0 && files[0])
    throw refuseFile(files[0], "it declares no [program:…]", "name the files that [include] names, too");
  addGroups(draft, sections, made, names);
  noteSections(draft, sections, files.length > 1);
  const placeless = sections.filter((section) => isProgram(section) && !hasDirectory(section) && !shared.has("directory"));
  if (placeless.length > 0 && main)
    draft.notes.push(
      "supervisord runs a program without `directory` in the folder in which it was started itself, which no file tells. Here that is taken to be " +
        `${directoryOf(main.path)}: write another working_directory for ${placeless.map(programName).join(", ")} if it was not.`,
    );
  return draft;
}

/** The file that supervisord is started with; what it includes knows nothing of where it runs. */
function mainFile(sections: readonly (Section & { readonly file: ForeignFile })[], files: readonly ForeignFile[]): ForeignFile | undefined {
  return sections.find(({ name }) => name === "supervisord" || name === "include")?.file ?? files[0];
}

function hasDirectory({ values }: Section): boolean {
  return values.has("directory") || values.has("cwd");
}

interface Parts {
  readonly names: NameBook;
  readonly shared: ReadonlyMap<string, string>;
  /** All programs, those of included files too, run where supervisord runs (os.chdir in supervisor/process.py takes `directory` alone). */
  readonly main: ForeignFile | undefined;
  readonly surroundings: Surroundings;
}

function isProgram({ name }: Section): boolean {
  return /^(program|fcgi-program):/.test(name);
}

function programName({ name }: Section): string {
  return name.slice(name.indexOf(":") + 1).trim();
}

/** Several processes of one program that differ in more than their name are written one by one; else they are instances. */
function convertProgram(section: Section, file: ForeignFile, parts: Parts): DraftProcess[] {
  const count = numberOf(section.values.get("numprocs")) ?? 1;
  const first = numberOf(section.values.get("numprocs_start")) ?? 0;
  const differ = [...section.values].some(([key, value]) => key !== "process_name" && value.includes("%(process_num)"));
  if (count <= 1 || !differ) {
    const process = convertOne(section, parts.names.nameFor(programName(section)), first, file, parts);
    if (count > 1) process.set("instances", count);
    return [process];
  }
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return convertOne(section, parts.names.nameFor(`${programName(section)}-${String(number).padStart(2, "0")}`), number, file, parts);
  });
}

function convertOne(section: Section, name: string, number: number, file: ForeignFile, parts: Parts): DraftProcess {
  const { shared, main, surroundings } = parts;
  const process = new DraftProcess(name);
  const expander = new Expander({
    here: directoryOf(file.path),
    program_name: programName(section),
    process_num: number,
    group_name: programName(section),
    numprocs: numberOf(section.values.get("numprocs")) ?? 1,
  });
  const text = (key: string) => expander.optional(section.values.get(key));
  const directory = text("directory") ?? text("cwd") ?? expander.optional(shared.get("directory"));
  process.set("working_directory", directory instanceof Template ? directory : placeDirectory(directory, main ?? file, surroundings));
  setCommand(
    process,
    shellWords(section.values.get("command") ?? "").map((word) => expander.expand(word)),
  );
  process.set("environment", { ...environmentOf(shared, expander), ...environmentOf(section.values, expander) });
  process.set("restart", restartOf(section.values));
  process.set("type", isNever(section.values) ? "service" : undefined);
  process.set(
    "stop",
    filled({ signal: signalOf(section.values.get("stopsignal")), timeout: secondsText(section.values.get("stopwaitsecs")) }),
  );
  process.set("user", text("user"));
  process.set("umask", text("umask") ?? expander.optional(shared.get("umask")));
  process.set("logs", logsOf(section.values));
  process.set("resource_limits", filled({ open_files: numberOf(shared.get("minfds")) }));
  noteSupervisordKeys(process, section.values);
  for (const unknown of expander.unknown) process.note(`%(${unknown}) has no equal, and stands as it stood`);
  return process;
}

function environmentOf(values: ReadonlyMap<string, string>, expander: Expander): Record<string, ReturnType<Expander["expand"]>> {
  const pairs = Object.entries(parseEnvironment(values.get("environment") ?? ""));
  return Object.fromEntries(pairs.map(([key, value]) => [key, expander.expand(value)]));
}

function isNever(values: ReadonlyMap<string, string>): boolean {
  return ["false", "0", "no", "off"].includes(values.get("autorestart")?.toLowerCase() ?? "");
}

/** supervisord's defaults: autorestart is `unexpected`, and only exit code 0 is expected. */
function restartOf(values: ReadonlyMap<string, string>): ReturnType<typeof restartValue> {
  const word = (values.get("autorestart") ?? "unexpected").toLowerCase();
  const more = { max_restarts: numberOf(values.get("startretries")), reset_after: secondsText(values.get("startsecs")) };
  if (["true", "1", "yes", "on"].includes(word)) return restartValue("always", more);
  const codes = (values.get("exitcodes") ?? "")
    .split(",")
    .map(numberOf)
    .filter((code) => code !== undefined);
  return restartValue(isNever(values) ? "never" : "on-failure", { ...more, success_codes: codes.length > 0 ? codes : undefined });
}

function signalOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `SIG${name.toUpperCase().replace(/^SIG/, "")}`;
}

function logsOf(values: ReadonlyMap<string, string>): Record<string, string | number> {
  const size = sizeText(values.get("stdout_logfile_maxbytes"));
  const files = numberOf(values.get("stdout_logfile_backups"));
  return filled({ max_size: size, max_files: files }) as Record<string, string | number>;
}

function addGroups(draft: Draft, sections: readonly Section[], made: ReadonlyMap<string, readonly string[]>, names: NameBook): void {
  for (const [program, processes] of made) if (processes.length > 1) draft.groups.push({ name: names.nameFor(program), processes });
  for (const section of sections.filter(({ name }) => name.startsWith("group:"))) {
    const programs = (section.values.get("programs") ?? "")
      .split(",")
      .map((program) => program.trim())
      .filter(Boolean);
    const missing = programs.filter((program) => !made.has(program));
    if (section.values.has("priority"))
      draft.notes.push(
        `group ${programName(section)}: priority = ${section.values.get("priority")} has no equal: what needs what is said by depends_on`,
      );
    if (missing.length > 0)
      draft.notes.push(`group ${programName(section)}: these programs are not in the files that were read: ${missing.join(", ")}`);
    const processes = programs.flatMap((program) => made.get(program) ?? []);
    if (processes.length > 0) draft.groups.push({ name: names.nameFor(`group ${programName(section)}`), processes });
  }
}

/** `included`: the files that [include] names were read. */
function noteSections(draft: Draft, sections: readonly Section[], included: boolean): void {
  for (const { name, values } of sections) {
    if (name.startsWith("eventlistener:"))
      draft.notes.push(`[${name}] has no equal: hooks (on: { failed: … }) tell of events, and \`GET /v1/events\` streams them.`);
    if (name === "include" && !included) draft.notes.push(`[include] files = ${values.get("files") ?? ""}: no such file was found.`);
    if (name === "inet_http_server")
      draft.notes.push("[inet_http_server] has no equal here: `http` in the node's .ghost.yaml gives the daemon an address.");
  }
}
