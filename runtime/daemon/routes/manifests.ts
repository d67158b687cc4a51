import type { RegisterRequest } from "../../../core/api/wire.ts";
import { completeDefinition } from "../../../core/config/definition-defaults.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { announced, plan, register } from "../../supervisor/register.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { checkManifest } from "./check-manifest.ts";
import { checkMeaning } from "./check-meaning.ts";
import { reportTo } from "./report.ts";

/** Registering what files declare. */
export function manifestRoutes(node: DaemonNode): Route[] {
  return [
    { method: "POST", pattern: "/v1/manifests/:id*/plan", handle: (call) => planManifest(node, call) },
    { method: "PUT", pattern: "/v1/manifests/:id*", handle: (call) => putManifest(node, call) },
    { method: "GET", pattern: "/v1/manifests", handle: (call) => call.json([...node.supervisor.manifests.values()]) },
  ];
}

async function planManifest(node: DaemonNode, call: Call): Promise<void> {
  const request = await readRequest(call);
  call.json({ ...announced(node.supervisor, plan(node.supervisor, request.manifest), request), results: [] });
}

async function putManifest(node: DaemonNode, call: Call): Promise<void> {
  const request = await readRequest(call);
  let lines: ReturnType<Call["lines"]> | undefined;
  await register(
    node.supervisor,
    request,
    (planned) => {
      lines = call.lines();
      lines.write(planned);
    },
    reportTo((line) => lines?.write(line), request.progress),
  );
  lines?.end();
}

async function readRequest(call: Call): Promise<RegisterRequest> {
  const request = await call.body<RegisterRequest>();
  checkManifest(request.manifest);
  if (request.manifest.id !== call.path.id)
    throw new GhostError("USAGE", `cannot register: the manifest's id is not the one of the address, ${call.path.id}`);
  const { manifest } = request;
  const whole = { ...manifest, groups: manifest.groups ?? [], processes: manifest.processes.map(completeDefinition) };
  await checkMeaning(whole);
  return { ...request, manifest: whole };
}
