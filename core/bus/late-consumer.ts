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
  const loading = Promise.all([import("./consumer.ts"), surroundings.port.streams()]).then(([{ consumeWith, ReadConsumer }, streams]) => {
    const own = { ...surroundings, streams, onEnd: () => surroundings.onEnd(reader) };
    return handler ? consumeWith(own, channel, options, handler) : new ReadConsumer(own, channel, options);
  });
  loading.catch((error) => handler && (options.onProblem ?? surroundings.onProblem)({ is: "ended", channel, error }));
  const reader = late(() => loading as Promise<Consumer>);
  return reader;
}
