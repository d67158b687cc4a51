import { appPaths, appSchemas } from "./openapi/apps.ts";
import { daemonPaths, daemonSchemas } from "./openapi/daemon.ts";
import { foregroundPaths } from "./openapi/foreground.ts";
import { groupPaths, groupSchemas } from "./openapi/groups.ts";
import { hubPaths, hubSchemas } from "./openapi/hub.ts";
import { manifestPaths, manifestSchemas } from "./openapi/manifests.ts";
import { metricPaths, metricSchemas } from "./openapi/metrics.ts";
import type { Paths, Schema } from "./openapi/parts.ts";
import { processPaths, processSchemas } from "./openapi/processes.ts";
import { storyPaths, storySchemas } from "./openapi/story.ts";

/** An OpenAPI document: what `GET /v1/openapi.json` answers with. */
export interface OpenApi {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Paths;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The description of the daemon's whole HTTP interface; a test holds it against the routes. */
export function openApi(version: string): OpenApi {
  return {
    openapi: "3.1.0",
    info: {
      title: "Ghost",
      version,
      description:
        "The daemon's interface, on the unix socket run/daemon.sock: curl --unix-socket ~/.ghost/run/daemon.sock http://ghost/v1/processes. " +
        "With `http:` in the node's .ghost.yaml also on a TCP port, with the header Authorization: Bearer TOKEN (/healthz without it).",
    },
    paths: {
      ...processPaths,
      ...groupPaths,
      ...manifestPaths,
      ...storyPaths,
      ...metricPaths,
      ...daemonPaths,
      ...hubPaths,
      ...foregroundPaths,
      ...appPaths,
    },
    components: {
      schemas: {
        ...processSchemas,
        ...groupSchemas,
        ...manifestSchemas,
        ...storySchemas,
        ...metricSchemas,
        ...daemonSchemas,
        ...hubSchemas,
        ...appSchemas,
      },
    },
  };
}
