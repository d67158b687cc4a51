import type { ProcessDefinition } from "../../core/config/definition.ts";
import { appSocket } from "../apps/users-folder.ts";
import type { Home } from "../daemon/home.ts";
import type { Account } from "../process/accounts.ts";
import type { Credentials } from "../process/privilege.ts";
import { accountOf, credentialsOf } from "../supervisor/run.ts";

/** Whom a run in the foreground is run as, and how that user reaches the hub. */
export interface AsWhom {
  /** Null: as whoever called. */
  readonly account: Account | null;
  readonly credentials: Credentials | null;
  /** GHOST_HUB; null: there is no way to it. */
  readonly hub: string | null;
}

/** `user` and `group` of a definition, as the daemon sees to them; they count for root alone, because nobody else may become another. Throws CONFIG_INVALID where there is no such user. */
export function asWhom(definition: ProcessDefinition, home: Home): AsWhom {
  if (process.getuid?.() !== 0) return { account: null, credentials: null, hub: home.hubSocket };
  const account = accountOf({ definition });
  const isOther = account !== null && account.uid !== 0;
  const hub = isOther ? (definition.app ? appSocket(home.root, account.uid) : null) : home.hubSocket;
  return { account, credentials: credentialsOf({ definition }, account), hub };
}
