import { GhostError } from "../errors/ghost-error.ts";
import type { SqlPort } from "./ports.ts";

async function refuse(): Promise<never> {
  throw new GhostError("UNSUPPORTED", "cannot run SQL: this data has no database", {
    hint: "keys work; where SQL is needed, `storage: { sqlite: { enabled: true } }` brings it",
  });
}

/** In the place of a database where there is none. */
export const NO_SQL: SqlPort = { query: refuse, execute: refuse, batch: refuse, begin: refuse, close: async () => undefined };
