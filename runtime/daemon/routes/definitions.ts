import type { DefinitionsView } from "../../../core/api/definitions.ts";
import { declaredOf } from "../../supervisor/instances.ts";
import { keyOf } from "../../supervisor/supervised.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";

/** What is registered, as it was declared: what `ghost export` writes for others. Texts hold references to secrets, never their values. */
export function definitionRoutes(node: DaemonNode): Route[] {
  return [{ method: "GET", pattern: "/v1/definitions", handle: (call) => answer(node, call) }];
}

function answer({ supervisor }: DaemonNode, call: Call): void {
  const firsts = new Map(
    supervisor
      .listed()
      .reverse()
      .map((process) => [keyOf(process.definition), process]),
  );
  const view: DefinitionsView = {
    processes: [...firsts.values()].reverse().map((process) => ({
      definition: declaredOf(process),
      path: supervisor.manifests.get(process.manifestId)?.path ?? "",
      ports: supervisor.ports.numbersOf(process),
    })),
    groups: supervisor.groups.all(),
  };
  call.json(view);
}
