import type { Place } from "../place.ts";

/** Who is measured. */
export type ContenderName = "ghost" | "pm2" | "supervisord" | "redis";

/** What a contender is to supervise: the same program for all of them. */
export interface Workload {
  /** One per process. */
  readonly names: readonly string[];
  /** Program and arguments; each process runs the same. It is to be restarted whenever it ends. */
  readonly argv: readonly string[];
}

/** A supervisor set up in one place: command lines, run with the place's environment and folder. */
export interface Setup {
  /** Starts the daemon and returns when it serves. */
  readonly launch: readonly string[];
  /** Shows all processes to a person. */
  readonly status: readonly string[];
  /** Ends the daemon and all children. */
  readonly stop: readonly string[];
  /** What the commands need in their environment beyond the place's. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes the workload down as a user would; the result is the command that registers and starts it. */
  declare(workload: Workload): readonly string[];
  /** Commands that register a `processes.yaml` and that tell what registering it again would change. Of Ghost only. */
  readonly manifest?: (file: string) => { readonly register: readonly string[]; readonly plan: readonly string[] };
  /** Runs one program in the foreground, so that its output is seen; absent: it has no such thing. */
  readonly foreground?: (file: string) => readonly string[];
  /** The files that hold what this process wrote to stdout, oldest first. */
  logFiles(name: string): readonly string[];
}

/** A supervisor that can be measured. */
export interface Contender {
  readonly name: ContenderName;
  /** e.g. `7.0.4`. */
  readonly version: string;
  /** Prints the version: the least that its command line can do. */
  readonly versionCommand: readonly string[];
  setUp(place: Place): Setup;
}
