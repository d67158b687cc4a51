import { late } from "../late.ts";
import type { Member } from "./consumer.ts";
import type { ConsumeHandlerOptions, Consumer, Handler } from "./ghost-bus.ts";
import type { Surroundings } from "./intake.ts";

/** A member of a group, read or with a handler, whose code is loaded when the first is wanted. What is wrong with its options is told by `next`, or as its end. */
export function lateConsumer(
  surroundings: Surroundings,
  channel: string,
  options: Member & ConsumeHandlerOptions,
  handler?: Handler<unknown>,
): Consumer {
  const own = { ...surroundings, onEnd: () => surroundings.onEnd(reader) };
  const loading = import("./consumer.ts").then(({ openMember }) => openMember(own, channel, options, handler));
  loading.catch(() => undefined);
  const reader = late(() => loading as Promise<Consumer>);
  return reader;
}
