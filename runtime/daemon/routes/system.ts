import type { SystemView } from "../../../core/api/wire.ts";
import { countByStatus } from "../../supervisor/views.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";

/** The daemon itself. */
export function systemRoutes(node: DaemonNode): Route[] {
  return [
    { method: "GET", pattern: "/v1/system", handle: (call) => call.json(systemView(node)) },
    { method: "GET", pattern: "/v1/overview", handle: (call) => overview(node, call) },
    {
      method: "GET",
      pattern: "/v1/openapi.json",
      handle: async (call) => call.json((await import("../openapi.ts")).openApi(node.version)),
    },
    { method: "GET", pattern: "/healthz", handle: (call) => call.text("ok\n") },
  ];
}

function overview(node: DaemonNode, call: Call): void {
  node.sampler.ensureFresh();
  const processes = node.viewTexts.of(node.supervisor.shown());
  call.jsonText(`{"system":${JSON.stringify(systemView(node))},"processes":${processes}}`);
}

function systemView(node: DaemonNode): SystemView {
  const helperPids = node.helperPids();
  return {
    running: true,
    pid: process.pid,
    version: node.version,
    runtime: runtimeName(),
    home: node.home.root,
    socket: node.home.socket,
    startedAt: node.startedAt,
    helperPids,
    processes: countByStatus(node.supervisor),
    ...node.ownUsage.look(),
    http: node.settings.tcpDoor.address,
    warnings: node.warnings(),
    appProblems: node.apps.warnings().length,
    monitoring: node.sampler.monitoring,
    limits: node.supervisor.parts.limits.account(),
    hub: node.hub.view(),
  };
}

/** e.g. `Bun 1.4.5`. */
export function runtimeName(): string {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>;
  if (bun) return `Bun ${bun}`;
  return deno ? `Deno ${deno}` : `Node ${node}`;
}
