import type { BeatOf, ControlRequest } from "../../core/api/apps.ts";
import { errorFrom } from "../../core/errors/error-from.ts";
import { type ErrorBody, GhostError } from "../../core/errors/ghost-error.ts";
import { findSocket } from "../client/address.ts";
import { send, type TransportRequest } from "../client/transport.ts";

/** Beats are gathered for so long, in ms: many apps cost the daemon one request. */
const GATHER_MS = 50;
/** Beats that wait to be passed on; more are dropped, the next ones come anyway. */
const BEATS_MAX = 10_000;
/** How long the daemon may take for what is no control, in ms. */
const ANSWER_MS = 5_000;

/** Where the daemon of this home is. */
export interface DaemonPlaces {
  readonly pidFile: string;
  readonly socket: string;
}

/** What the hub has to do with the daemon: it passes on what apps tell and ask, and waits for none of it. */
export class DaemonDoor {
  private readonly places: DaemonPlaces;
  private readonly beats = new Map<string, BeatOf>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(places: DaemonPlaces) {
    this.places = places;
  }

  /** Passes a beat on, in a moment; of one run the last counts. A daemon that is away hears of it with the next. */
  beat(beat: BeatOf): void {
    if (this.beats.size >= BEATS_MAX) return;
    this.beats.set(`${beat.app}:${beat.instance}:${beat.beat.run ?? ""}`, beat);
    this.timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }

  /** GHOST_CONFIG of an app. Throws NOT_FOUND and DAEMON_UNREACHABLE. */
  async config(app: string): Promise<string> {
    const request = { method: "GET", path: `/v1/apps/${encodeURIComponent(app)}/config`, signal: AbortSignal.timeout(ANSWER_MS) } as const;
    return (await this.ask<{ readonly config: string }>(request)).config;
  }

  /** What came of what was asked for. Throws the daemon's own error, and DAEMON_UNREACHABLE. */
  async control(body: ControlRequest, signal: AbortSignal): Promise<unknown> {
    return (await this.ask<{ readonly result: unknown }>({ method: "POST", path: "/v1/apps/control", body, signal })).result;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private async flush(): Promise<void> {
    const beats = [...this.beats.values()];
    this.beats.clear();
    this.timer = undefined;
    const signal = AbortSignal.timeout(ANSWER_MS);
    // Who is away, or too busy, hears the next one.
    await this.ask({ method: "POST", path: "/v1/apps/beats", body: { beats }, signal }).catch(() => undefined);
  }

  private async ask<Answer>(request: TransportRequest): Promise<Answer> {
    const found = findSocket(this.places);
    if (!found) throw unreachable("it does not run");
    const reply = await send(found.socket, request).catch((error: Error) => {
      throw unreachable(error.message);
    });
    const answer = JSON.parse(await reply.text()) as Answer & { readonly error?: ErrorBody };
    if (reply.status >= 400 && answer.error) throw errorFrom(answer.error);
    return answer;
  }
}

function unreachable(why: string): GhostError {
  return new GhostError("DAEMON_UNREACHABLE", `cannot ask the daemon: ${why}`, { hint: "ghost daemon status" });
}
