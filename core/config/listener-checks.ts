import type { ListenAddress, ProcessDefinition } from "./definition.ts";
import type { Reading } from "./fields.ts";
import type { ReadProcess } from "./link-dependencies.ts";

/** The parts of a URL that say where it leads. Read by hand, because in place of the port may stand a reference to one. */
const URL_PLACE = /^(https?):\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::([^/?#]*))?/i;
/** What a check on this machine calls it. */
const OWN_HOST = /^(localhost|127\..*|0\.0\.0\.0|::1?)$/i;

/**
 * Warns of health checks that ask the process's own listener and so say less than they seem to: Ghost holds it, so that a connection is always
 * taken, and all instances share it, so that those that are well answer for one that is not.
 */
export function reportListenerChecks(read: readonly ReadProcess[], { report }: Reading): void {
  for (const { draft, definition } of read) {
    const place = draft.entries.get("health_check")?.value.place;
    if (!definition || draft.twin || !place || !asksOwnListener(definition)) continue;
    const { name, instances, healthCheck } = definition;
    if (healthCheck?.probe.kind === "tcp")
      report.warn(
        place,
        `the tcp check of ${name} always passes: it asks the listener that Ghost holds`,
        "ask by http, or wait for a line that it writes: log: …",
      );
    else if (instances > 1)
      report.warn(
        place,
        `any of the ${instances} instances of ${name} answers this check, for they share the listener: one that is broken passes`,
        "let each tell of itself: exec, log or heartbeat, or http on a port of its own (ports: { health: auto })",
      );
  }
}

function asksOwnListener({ listen, healthCheck }: ProcessDefinition): boolean {
  const asked = healthCheck && addressAsked(healthCheck.probe);
  return listen !== null && asked !== null && asked.port === portOf(listen) && (asked.host === listen.host || OWN_HOST.test(asked.host));
}

function portOf({ port, portFrom }: ListenAddress): string {
  return portFrom ?? String(port);
}

function addressAsked(
  probe: NonNullable<ProcessDefinition["healthCheck"]>["probe"],
): { readonly host: string; readonly port: string } | null {
  if (probe.kind === "tcp") return probe;
  if (probe.kind !== "http") return null;
  const [, scheme = "", host = "", port] = URL_PLACE.exec(probe.url) ?? [];
  return { host: host.replace(/^\[|\]$/g, ""), port: port || (scheme.toLowerCase() === "https" ? "443" : "80") };
}
