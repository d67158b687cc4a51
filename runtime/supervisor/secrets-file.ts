import { chmodSync, readFileSync } from "node:fs";
import { writeFileAtomically } from "../system/atomic-file.ts";

type Secrets = Readonly<Record<string, string>>;

/** `data/secrets` (0600): the one place where the values of secret references rest, by manifest and name. */
export class SecretsFile {
  private readonly path: string;
  private readonly byManifest: Map<string, Secrets>;

  constructor(path: string) {
    this.path = path;
    this.byManifest = new Map(Object.entries(readSecrets(path)));
  }

  of(manifestId: string): Secrets {
    return this.byManifest.get(manifestId) ?? {};
  }

  /** Durable when it returns. Throws the system's error when it cannot be written. */
  set(manifestId: string, secrets: Secrets): void {
    if (JSON.stringify(this.of(manifestId)) === JSON.stringify(secrets)) return;
    const before = this.byManifest.get(manifestId);
    this.byManifest.set(manifestId, secrets);
    try {
      this.write();
    } catch (error) {
      if (before) this.byManifest.set(manifestId, before);
      else this.byManifest.delete(manifestId);
      throw error;
    }
  }

  /** Forgets the secrets of all other manifests. */
  keepOnly(manifestIds: ReadonlySet<string>): void {
    const gone = [...this.byManifest.keys()].filter((id) => !manifestIds.has(id));
    if (gone.length === 0) return;
    for (const id of gone) this.byManifest.delete(id);
    this.write();
  }

  /** For when the file was removed. Throws the system's error. */
  rewrite(): void {
    if (this.byManifest.size > 0) this.write();
  }

  private write(): void {
    const held = [...this.byManifest].filter(([, secrets]) => Object.keys(secrets).length > 0);
    writeFileAtomically(this.path, JSON.stringify(Object.fromEntries(held)));
  }
}

function readSecrets(path: string): Record<string, Secrets> {
  try {
    const text = readFileSync(path, "utf8");
    chmodSync(path, 0o600);
    return JSON.parse(text) as Record<string, Secrets>;
  } catch {
    return {};
  }
}
