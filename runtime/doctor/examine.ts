import type { RegisteredDefinition } from "../../core/api/definitions.ts";
import type { SystemView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { DaemonClient } from "../client/client.ts";
import { findHome, type Home } from "../daemon/home.ts";
import { checkApps } from "./app-checks.ts";
import { checkDaemon } from "./daemon-checks.ts";
import { checkEncryption } from "./encryption-checks.ts";
import { type Finding, problem } from "./finding.ts";
import { checkHome } from "./home-checks.ts";
import { checkHub } from "./hub-checks.ts";
import { checkInit } from "./init-checks.ts";
import { checkLimits } from "./limit-checks.ts";
import { checkSdks } from "./sdk-checks.ts";
import { checkState } from "./state-checks.ts";
import { checkSystem } from "./system-checks.ts";

/** All that `ghost doctor` finds; `home` is null where not even its paths can be used. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly system: SystemView | null;
  readonly home: Home | null;
}

/** Looks at everything that may be wrong with a home and the system under it. Changes nothing, starts nothing. */
export async function examine(
  folder: string,
  client: DaemonClient,
  version: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Examination> {
  const home = placesOf(folder);
  if (home instanceof GhostError)
    return { home: null, system: null, findings: [problem("socket", home.message, home.hint ?? "choose another home"), ...checkSystem()] };
  const { findings, system } = await checkDaemon(home, client, version);
  const registered = system ? await registeredWith(client) : [];
  return {
    home,
    system,
    findings: [
      ...findings,
      ...checkHome(home),
      ...(system ? [] : checkApps(home.ghosts)),
      ...(await checkState(home, system !== null)),
      ...checkSystem(),
      checkInit(system?.pid ?? null),
      ...(await checkEncryption(home, registered, environment)),
      ...(system?.hub ? await checkHub(system.hub, client) : []),
      ...checkLimits(system, registered),
      ...checkSdks(home, registered),
    ],
  };
}

/** A daemon of an older version may not tell: then nobody is named. */
async function registeredWith(client: DaemonClient): Promise<readonly RegisteredDefinition[]> {
  try {
    return (await client.definitions()).processes;
  } catch {
    return [];
  }
}

function placesOf(folder: string): Home | GhostError {
  try {
    return findHome(folder);
  } catch (error) {
    if (error instanceof GhostError) return error;
    throw error;
  }
}
