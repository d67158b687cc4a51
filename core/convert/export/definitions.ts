import type { GroupDefinition, ProcessDefinition } from "../../config/definition.ts";

/** A process that is to be written for another tool. */
export interface ExportedProcess {
  readonly definition: ProcessDefinition;
  /** Numbers of the ports that its texts may refer to, by `PROCESS.PORT`; one that is missing is not known before it runs. */
  readonly ports: Readonly<Record<string, number>>;
  /** PATH of the shell that registered it. */
  readonly path: string;
}

/** What is exported. */
export interface Exported {
  readonly processes: readonly ExportedProcess[];
  readonly groups: readonly GroupDefinition[];
  /** Who ran the processes so far: without `user` they go on as this one. */
  readonly account: string;
  /** The absolute path of a program as this process finds it; null where it is not found. */
  readonly find: (program: string, process: ExportedProcess) => string | null;
}

/** A file of another tool. */
export interface ForeignText {
  readonly name: string;
  readonly text: string;
}
