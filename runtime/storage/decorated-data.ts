/** GhostData as a .ghost.yaml wants it. */
import type { DataConfiguration } from "../../core/config/data-configuration.ts";
import { composeGhostData, type DataParts, type DataStack } from "../../core/data/compose.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { readMasterKeys } from "./master-keys.ts";

/** What the caller knows; clock, randomness and cryptography are the runtime's. */
export type DecorationParts = Pick<DataParts, "namespace" | "log" | "metrics" | "tracer" | "bus" | "fallback"> & {
  /** Where a key named by `key_env` is looked for. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Puts the decorators of a configuration around data. Throws what `readMasterKeys` throws: nothing is stored in plaintext by mistake. */
export async function decorateData(core: GhostData, configuration: DataConfiguration, parts: DecorationParts): Promise<DataStack> {
  const { encryption } = configuration;
  return composeGhostData(core, configuration, {
    ...parts,
    now: () => performance.now(),
    after: later,
    randomId: () => crypto.randomUUID(),
    crypto,
    masterKeys: encryption === null ? [] : readMasterKeys(encryption, parts.environment),
  });
}

function later(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
