import { unreachable } from "./offline.ts";
import type { Clock } from "./transport.ts";
import type { Wire } from "./wire.ts";

/** Ends a wire that has been silent for `silenceMs`, and for as long again after it was asked. What it gives stops the watching. */
export function watchSilence(wire: Wire, silenceMs: number, clock: Clock): () => void {
  let heard = wire.arrivals;
  let isAsked = false;
  let cancel: () => void;
  const look = (): void => {
    if (wire.arrivals === heard && isAsked) return wire.end(unreachable(new Error(`it was silent for ${2 * silenceMs} ms`)));
    isAsked = wire.arrivals === heard;
    heard = wire.arrivals;
    if (isAsked) wire.call("PING").catch(() => undefined);
    cancel = clock.after(silenceMs, look, true);
  };
  cancel = clock.after(silenceMs, look, true);
  return () => cancel();
}
