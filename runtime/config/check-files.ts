import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import { type Diagnostic, type Place, Report } from "../../core/config/diagnostics.ts";
import { parseEnvFile } from "../../core/config/env-file.ts";
import type { Places } from "../../core/config/places.ts";
import { nearest } from "../../core/config/suggest.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { findExecutable } from "../process/executable.ts";
import { lookAt } from "../system/look-at.ts";
import { readConfigurationText } from "./read-text.ts";

/**
 * What a manifest names on disk that is not there: working directories and executables (errors), env files and value files (warnings, for they
 * may come before the start). Env files that are there are read through, for what is wrong in them. Looks, changes nothing.
 */
export function checkFiles(manifest: Manifest, places: Places): Diagnostic[] {
  const check = new FileCheck(manifest, places);
  for (const process of manifest.processes) check.check(process);
  return check.report.diagnostics;
}

class FileCheck {
  readonly report = new Report();
  private readonly manifest: Manifest;
  private readonly places: Places;
  private readonly readEnvFiles = new Set<string>();
  /** What was found good for one process is not looked at again for the next. */
  private readonly goodDirectories = new Set<string>();
  private readonly goodExecutables = new Set<string>();
  private programNames: readonly string[] | undefined;

  constructor(manifest: Manifest, places: Places) {
    this.manifest = manifest;
    this.places = places;
  }

  check(process: ProcessDefinition): void {
    this.checkDirectory(process);
    if (!process.shell) this.checkExecutable(process, process.executable, this.programKey(process), process.name);
    const probe = process.healthCheck?.probe;
    if (probe?.kind === "exec" && !probe.shell)
      this.checkExecutable(process, probe.executable, "health_check.exec", `health_check.exec of ${process.name}`);
    for (const file of process.envFiles) this.checkEnvFile(process, file);
    for (const [key, value] of Object.entries(process.environment)) {
      if (typeof value !== "string") this.checkValueFile(process, key, value.fromFile);
    }
  }

  private checkDirectory(process: ProcessDefinition): void {
    const { workingDirectory: path, name } = process;
    if (this.goodDirectories.has(path)) return;
    const { stats, why } = lookAt(path);
    if (stats?.isDirectory()) return void this.goodDirectories.add(path);
    const place = this.place(process, "working_directory");
    const tell = (reason: string, hint: string): void =>
      this.report.error(place, `cannot use ${path} as working_directory of ${name}: ${reason}`, hint);
    if (stats) tell("it is not a directory", `did you mean ${dirname(path)}?`);
    else if (why.kind === "missing") tell("there is no such directory", directoryHint(path));
    else tell(why.text, why.kind === "denied" ? "let the user who runs Ghost enter it" : "correct the path");
  }

  private programKey({ name }: ProcessDefinition): string {
    return this.places.has(`${name}.command`) ? "command" : "executable";
  }

  private checkExecutable(process: ProcessDefinition, executable: string, key: string, role: string): void {
    const fileDirectory = process.source ? dirname(process.source.file) : null;
    const looked = [executable, process.workingDirectory, fileDirectory].join("\0");
    if (this.goodExecutables.has(looked)) return;
    try {
      findExecutable(executable, { path: this.manifest.path, workingDirectory: process.workingDirectory, fileDirectory });
      this.goodExecutables.add(looked);
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      const why = error.message.slice(error.message.indexOf(": ") + 2);
      this.report.error(
        this.place(process, key),
        `cannot run ${executable} as ${role}: ${why}`,
        this.executableHint(executable, error.hint),
      );
    }
  }

  private executableHint(executable: string, hint: string | undefined): string | undefined {
    if (/\s/.test(executable)) return "write program and arguments in one line as `command: …`, or arguments apart as `args: …`";
    if (executable.includes("/")) return hint;
    this.programNames ??= namesIn(this.manifest.path);
    const near = nearest(executable, this.programNames);
    return near === null ? hint : `did you mean ${near}? Else ${hint}`;
  }

  private checkEnvFile(process: ProcessDefinition, file: string): void {
    if (this.readEnvFiles.has(file)) return;
    this.readEnvFiles.add(file);
    const place = this.place(process, "env_file");
    try {
      const { diagnostics } = parseEnvFile(file, readConfigurationText(file).text);
      for (const diagnostic of diagnostics) this.report.error(diagnostic, diagnostic.message, diagnostic.hint);
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      if (error.code === "CONFIG_NOT_FOUND")
        this.report.warn(
          place,
          `env_file ${file} of ${process.name} does not exist`,
          "create it before the process starts, or remove the key",
        );
      else this.report.error(place, `${error.message}, and ${process.name} needs it as env_file`, error.hint);
    }
  }

  private checkValueFile(process: ProcessDefinition, key: string, file: string): void {
    const { stats, why } = lookAt(file);
    const place = this.place(process, `environment.${key}`);
    const tell = (reason: string, hint: string): void =>
      this.report.error(place, `cannot take ${key} of ${process.name} from ${file}: ${reason}`, hint);
    if (stats?.isDirectory()) tell("it is a directory", "name the file inside it");
    else if (why?.kind === "missing")
      this.report.warn(place, `${file}, which gives ${key} of ${process.name}, does not exist`, "create it before the process starts");
    else if (why) tell(why.text, why.kind === "denied" ? "let the user who runs Ghost read it" : "correct the path");
  }

  private place(process: ProcessDefinition, key: string): Place {
    const line: Place = { file: process.source?.file ?? this.manifest.id, line: process.source?.line ?? 1, column: 1 };
    return this.places.get(`${process.name}.${key}`) ?? this.places.get(process.name) ?? line;
  }
}

function directoryHint(path: string): string {
  const parent = dirname(path);
  const near = lookAt(parent).stats?.isDirectory() ? nearest(path.slice(parent.length + 1), entriesOf(parent)) : null;
  return near === null ? `mkdir -p ${path}, or correct the path` : `did you mean ${parent === "/" ? "" : parent}/${near}?`;
}

/** Names of programs in PATH, for suggestions. At most this many are compared. */
const PROGRAM_NAMES_MAX = 20_000;

function namesIn(path: string): string[] {
  return [...new Set(path.split(":").filter(Boolean).flatMap(entriesOf))].slice(0, PROGRAM_NAMES_MAX);
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // A folder of PATH that does not exist or cannot be read has no programs to offer.
  }
}
