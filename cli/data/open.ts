import type { HubSession } from "../../core/bus/session/session.ts";
import type { InvalidationBus } from "../../core/data/cache/invalidation.ts";
import { CACHE_DEFAULT } from "../../core/data/cache/settings.ts";
import type { DataStack } from "../../core/data/compose.ts";
import { hubGhostData } from "../../core/data/hub/hub-data.ts";
import { readNodeConfiguration } from "../../runtime/config/read-node-file.ts";
import { namespaceProblem } from "../../runtime/hub/sql/namespace.ts";
import { decorateData } from "../../runtime/storage/decorated-data.ts";
import type { Context } from "../context.ts";
import { chosenNamespace, ownNamespace, withHub } from "../hub/session.ts";
import { mustExist } from "./namespaces.ts";

/** The operator's own namespace. */
const DEFAULT_NAMESPACE = "default";

/** The namespace to work in. */
export function namespaceOption(context: Context): string {
  return chosenNamespace(context) ?? DEFAULT_NAMESPACE;
}

/** What a command does: one that only reads makes no namespace. */
export type Access = "reads" | "writes";

/**
 * A session in the namespace of --namespace, for SQL and what is no GhostData. Throws NOT_FOUND where `access` is to read and nothing was ever written there.
 */
export function withNamespace<T>(context: Context, action: string, access: Access, work: (hub: HubSession) => Promise<T>): Promise<T> {
  const namespace = namespaceOption(context);
  // What can be no namespace is for the hub to refuse.
  const isThere = namespace === (ownNamespace(context) ?? DEFAULT_NAMESPACE);
  if (access === "writes" || isThere || namespaceProblem(namespace) !== null) return withHub(context, action, { namespace }, work);
  return withHub(context, action, {}, async (hub) => {
    await mustExist(hub, namespace, action);
    await hub.send(["GHOST.NAMESPACE", namespace]);
    return work(hub);
  });
}

/**
 * GhostData in the hub, encrypted and made resilient as the home's .ghost.yaml says. Nothing is read from a cache, but what is written is made forgotten in
 * the caches of apps.
 */
export function withData<T>(
  context: Context,
  action: string,
  access: Access,
  work: (stack: DataStack, hub: HubSession) => Promise<T>,
): Promise<T> {
  return withNamespace(context, action, access, async (hub) => {
    const { configuration } = await readNodeConfiguration(context.home, context.environment);
    const settings = { ...configuration.data, cache: configuration.data.cache ?? CACHE_DEFAULT };
    const stack = await decorateData(hubGhostData(hub), settings, {
      namespace: namespaceOption(context),
      environment: context.environment,
      log: { info: () => undefined, warn: context.warn, error: context.warn },
      metrics: { increment: () => undefined, recordLatency: () => undefined },
      bus: onlyPublishing(hub),
    });
    try {
      return await work(stack, hub);
    } finally {
      await stack.data[Symbol.asyncDispose]();
    }
  });
}

/** A cache that hears nothing trusts nothing of what it has: each read asks the hub. */
function onlyPublishing(hub: HubSession): InvalidationBus {
  return {
    publish: (channel, message) => hub.send(["PUBLISH", channel, JSON.stringify(message)]),
    subscribe: () => ({ [Symbol.asyncDispose]: async () => undefined }),
  };
}
