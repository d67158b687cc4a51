import { chmodSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { readRegularFile } from "../system/regular-file.ts";
import { setAside } from "./set-aside.ts";

/** As many processes as a home holds, with 6 KB of secrets each, in bytes. */
const SECRETS_BYTES_MAX = 64 * 1024 * 1024;

type Secrets = Readonly<Record<string, string>>;

/** Secrets that could not be read: where they were put, and why. */
export interface LostSecrets {
  readonly asideFile: string;
  readonly reason: string;
}

/** `data/secrets` (0600): the one place where the values of secret references rest, by manifest and name. */
export class SecretsFile {
  private readonly path: string;
  private readonly byManifest: Map<string, Secrets>;
  /** Null where the file was whole, or not there. */
  readonly lost: LostSecrets | null;

  /** Throws HOME_UNUSABLE. */
  constructor(path: string) {
    const { secrets, lost } = readSecrets(path);
    this.path = path;
    this.lost = lost;
    this.byManifest = new Map(Object.entries(secrets));
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

interface Read {
  readonly secrets: Readonly<Record<string, Secrets>>;
  readonly lost: LostSecrets | null;
}

/** Only a file that is not there is an empty one: what cannot be read must not be written over. Throws HOME_UNUSABLE when it cannot be set aside either. */
function readSecrets(path: string): Read {
  try {
    const file = readRegularFile(path, SECRETS_BYTES_MAX);
    if (file.kind !== "read") throw new Error("it is no file of secrets");
    const text = file.bytes.toString("utf8");
    chmodSync(path, 0o600);
    const secrets: unknown = JSON.parse(text);
    if (!isMapOf(secrets, (each) => isMapOf(each, (value) => typeof value === "string"))) throw new Error("it does not hold secrets");
    return { secrets: secrets as Record<string, Secrets>, lost: null };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { secrets: {}, lost: null };
    return { secrets: {}, lost: { asideFile: moveAway(path), reason: reasonOf(error) } };
  }
}

function moveAway(path: string): string {
  try {
    return setAside(path);
  } catch (error) {
    throw new GhostError("HOME_UNUSABLE", `cannot read ${path}, nor set it aside: ${(error as Error).message}`, {
      hint: "ghost doctor looks into the home; mend its rights, or move that file away",
    });
  }
}

/** What a parser says of a text quotes it, and here the text is secret. */
function reasonOf(error: unknown): string {
  return error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
}

function isMapOf(value: unknown, fits: (each: unknown) => boolean): boolean {
  return value !== null && typeof value === "object" && !Array.isArray(value) && Object.values(value).every(fits);
}
