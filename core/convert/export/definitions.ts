import type { GroupDefinition, ProcessDefinition } from "../../config/definition.ts";
import type { Around } from "../settle.ts";

/** A process that is to be written for another tool. */
export interface ExportedProcess {
  readonly definition: ProcessDefinition;
  /** Numbers of the ports that its texts may refer to, by `PROCESS.PORT`; one that is missing is not known before it runs. */
  readonly ports: Readonly<Record<string, number>>;
  /** PATH of the shell that registered it. */
  readonly path: string;
  /** Of an app whose file was read; default: it is written as any other process. */
  readonly app?: ExportedApp;
}

/** What an app's own file says. */
export interface ExportedApp {
  /** Absolute. */
  readonly folder: string;
  /** As the file alone has it. */
  readonly definition: ProcessDefinition;
  /** How many of its last arguments are the file's, and not the runtime's. */
  readonly ownArgs: number;
  /** It is registered by itself, for it lies in `ghosts/`. */
  readonly isDiscovered: boolean;
}

/** What is exported. */
export interface Exported {
  readonly processes: readonly ExportedProcess[];
  readonly groups: readonly GroupDefinition[];
  /** Who ran the processes so far: without `user` they go on as this one. */
  readonly account: string;
  /** The absolute path of a program as this process finds it; null where it is not found. */
  readonly find: (program: string, process: ExportedProcess) => string | null;
  /** With what a file that names apps is read back; default: it names none. */
  readonly reading?: Around;
}

/** A file of another tool. */
export interface ForeignText {
  readonly name: string;
  readonly text: string;
}
