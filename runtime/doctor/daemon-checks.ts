import type { SystemView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readAddress } from "../client/address.ts";
import type { DaemonClient } from "../client/client.ts";
import type { Home } from "../daemon/home.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

/** Asks the daemon whether it is well. `system` is null where none answers. */
export async function checkDaemon(
  home: Home,
  client: DaemonClient,
  version: string,
): Promise<{ findings: Finding[]; system: SystemView | null }> {
  const address = readAddress(home.pidFile);
  try {
    const system = await client.system();
    return {
      system,
      findings: [
        good(
          "daemon",
          `runs (pid ${system.pid}) and answers at ${system.socket}${home.socket === home.socketLink ? "" : ", because the home's path is too long for a socket"}`,
        ),
        compareVersions(system.version, version),
        // Those of the hub are told with the hub.
        ...system.warnings
          .filter((text) => !system.hub?.warnings.includes(text))
          .map((text) => warning("daemon", text, "ghost daemon logs")),
      ],
    };
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    if (error.code !== "DAEMON_UNREACHABLE")
      return { system: null, findings: [problem("daemon", error.message, error.hint ?? "ghost daemon logs")] };
    const finding = address
      ? warning(
          "daemon",
          `does not run, though ${home.pidFile} names pid ${address.pid}: it, or the machine, ended without a word`,
          "ghost daemon start",
        )
      : good("daemon", "does not run");
    return { system: null, findings: [finding] };
  }
}

function compareVersions(theirs: string, ours: string): Finding {
  if (theirs === ours) return good("version", `this program and the daemon are both ${ours}`);
  return warning("version", `the daemon is version ${theirs}, this program ${ours}`, "ghost daemon restart (no process is restarted)");
}
