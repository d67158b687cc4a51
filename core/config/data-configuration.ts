import type { CacheSettings } from "../data/cache/settings.ts";
import { RESILIENCE_DEFAULT, type ResilienceSettings } from "../resilience/settings.ts";

/** How data is kept and reached: the sections `storage`, `cache`, `encryption` and `resilience` of a .ghost.yaml. */
export interface DataConfiguration {
  readonly storage: {
    /** False: data is kept in memory, and gone with the hub. Default true. */
    readonly sqlite: { readonly enabled: boolean };
  };
  /** Null, the default: nothing is cached. */
  readonly cache: CacheSettings | null;
  /** Null, the default: values are stored as they are. */
  readonly encryption: EncryptionSettings | null;
  readonly resilience: ResilienceSettings;
}

/** Where the master keys are: see `parseMasterKeys` for their form. */
export type EncryptionSettings =
  /** The name of a variable of the app's environment. */
  | { readonly keyEnv: string }
  /** An absolute path; its owner alone may read the file (0600). */
  | { readonly keyFile: string };

/** What holds without these sections. */
export const DATA_DEFAULT: DataConfiguration = {
  storage: { sqlite: { enabled: true } },
  cache: null,
  encryption: null,
  resilience: RESILIENCE_DEFAULT,
};
