import type { GroupDefinition, ProcessDefinition } from "../config/definition.ts";

/** A registered process as it was declared; answers `GET /v1/definitions`. Its secrets are references, never values. */
export interface RegisteredDefinition {
  readonly definition: ProcessDefinition;
  /** PATH of the shell that registered it. */
  readonly path: string;
  /** The numbers of its ports by name; of several instances the first one's. */
  readonly ports: Readonly<Record<string, number>>;
}

/** All that is registered, each process once however many instances it has. */
export interface DefinitionsView {
  readonly processes: readonly RegisteredDefinition[];
  readonly groups: readonly GroupDefinition[];
}
