/** The round trip of a request through the session that apps have. */
import { hubSession } from "../../../runtime/client/hub-connection.ts";
import { startHub } from "../../hub/servers/hub.ts";

/** Round trips that are measured, after as many that warm up. */
const ROUND_TRIPS = 5_000;
/** Microseconds in a millisecond. */
const US_PER_MS = 1000;

/** Microseconds of each round trip: a request is published, the other side publishes the answer on the channel that the request names. */
export async function requestTimes(): Promise<number[]> {
  await using hub = await startHub();
  const [asking, answering] = [hubSession({ path: hub.socket }), hubSession({ path: hub.socket })];
  let answered: () => void = () => undefined;
  await answering.subscribe("channel", "work", {
    message: (_, payload) => void answering.send(["PUBLISH", "_reply:1", payload]),
    lost: () => undefined,
  });
  await asking.subscribe("channel", "_reply:1", { message: () => answered(), lost: () => undefined });
  const times: number[] = [];
  for (let trip = 0; trip < ROUND_TRIPS * 2; trip += 1) {
    const startedMs = performance.now();
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    void asking.send(["PUBLISH", "work", `{"n":${trip}}`]);
    await answer;
    if (trip >= ROUND_TRIPS) times.push((performance.now() - startedMs) * US_PER_MS);
  }
  await Promise.all([asking.close(), answering.close()]);
  return times;
}

/** The value below which so many of a hundred lie. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}
