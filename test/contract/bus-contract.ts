/** What every GhostBus does, whatever carries its messages. */
import type { BusOptions } from "../../core/bus/bus.ts";
import type { GhostBus } from "../../core/bus/ghost-bus.ts";
import { test } from "../rig/test.ts";
import { busRequestContract } from "./bus-request-contract.ts";
import { busStreamContract } from "./bus-stream-contract.ts";
import { busSubscribeContract } from "./bus-subscribe-contract.ts";

/** One kind of GhostBus. */
export interface BusContestant {
  /** Begins the names of its tests. */
  readonly name: string;
  /** A place where programs meet, of its own for each test. */
  open(): Promise<MeetingPlace>;
  /** What it lacks: a plain Redis keeps no messages. */
  readonly without?: readonly "streams"[];
  /** Why it cannot be tried here; null: it can. */
  readonly unless?: string | null;
}

/** Where programs meet. Their buses are disposed with it. */
export interface MeetingPlace extends AsyncDisposable {
  /** The bus of one more program. */
  bus(from?: string, options?: Pick<BusOptions, "onProblem">): GhostBus;
  /** Publishes as a program that knows nothing of Ghost. */
  raw(channel: string, payload: string | Uint8Array): Promise<void>;
}

/** Registers a test with a meeting place of its own. */
export type BusCase = (name: string, work: (place: MeetingPlace) => Promise<void>) => void;

/** Registers the tests of one kind. */
export function busContract({ name, open, without = [], unless = null }: BusContestant): void {
  const check: BusCase = (title, work) =>
    test.unless(unless, `${name}: ${title}`, async () => {
      await using place = await open();
      await work(place);
    });
  busSubscribeContract(check);
  busRequestContract(check);
  if (!without.includes("streams")) busStreamContract(check);
}
