import { readFileSync } from "node:fs";
import type { GroupDefinition, ProcessDefinition } from "../../core/config/definition.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import { writeFileAtomically } from "../system/atomic-file.ts";
import type { ManifestHead, StoredProcess } from "./store.ts";

interface Copy {
  readonly version: 1;
  readonly manifests: readonly ManifestHead[];
  readonly processes: readonly {
    key: string;
    id: string;
    manifestId: string;
    definition: ProcessDefinition;
    /** Absent in copies of versions that had one instance of each. */
    instance?: number;
    desired: Machine["desired"];
  }[];
  /** Those that no file declares. Absent in copies of versions that did not keep them. */
  readonly groups?: readonly GroupDefinition[];
}

/** `data/definitions.json`: a second, readable copy of what is registered, from which a damaged `state.db` is made anew. Holds no secret. */
export class DefinitionsFile {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Durable when it returns. Throws the system's error when it cannot be written. */
  write(manifests: readonly ManifestHead[], processes: readonly StoredProcess[], groups: readonly GroupDefinition[]): void {
    const copy: Copy = {
      version: 1,
      manifests,
      processes: processes.map(({ key, id, manifestId, definition, instance, machine }) => ({
        key,
        id,
        manifestId,
        definition,
        instance,
        desired: machine.desired,
      })),
      groups,
    };
    writeFileAtomically(this.path, JSON.stringify(copy));
  }

  /** What was registered when the copy was made; undefined when there is no readable copy. */
  read(): Copy | undefined {
    try {
      const copy = JSON.parse(readFileSync(this.path, "utf8")) as Copy;
      return copy.version === 1 ? copy : undefined;
    } catch {
      return undefined;
    }
  }
}
