/** What bus, connection and metrics tell that is no failure of a call, in the app's log. Loaded with the first. */
import type { BusProblem } from "../../core/bus/ghost-bus.ts";
import { wireName } from "../../core/bus/session/handshake.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { G } from "./g.ts";
import { openConnection } from "./parts.ts";
import { type RefusedMetric, tellRefused } from "./tell-refused.ts";

type Failed = Extract<BusProblem, { is: "failed" }>;

/** All that is told. */
export type Problem =
  | BusProblem
  | RefusedMetric
  /** The hub cannot be reached, and is tried again. */
  | { readonly is: "away"; readonly why: string }
  /** It can again. */
  | { readonly is: "back" };

/** The hub speaks of whom it cut off; one that was cut off is connected again long before, in ms. */
const CUT_OFF_AGO_MS_MAX = 10_000;

/** Logs a problem: which channel, which message, and what becomes of it. */
export function tellProblem(problem: Problem): void | Promise<void> {
  switch (problem.is) {
    case "refused":
      return tellRefused(problem);
    case "away":
      return G.warn("cannot reach the hub; trying again", { why: problem.why.replace("cannot reach the hub: ", "") });
    case "back":
      return tellBack();
    default:
      return tellOfChannel(problem);
  }
}

/** Whoever was cut off finds only a connection that ended: the hub tells why when it is asked. */
async function tellBack(): Promise<void> {
  const why = await whyCutOff().catch(() => undefined);
  if (why === undefined) G.info("the hub is back, subscriptions go on");
  else G.warn(`the hub had cut this app off, and it is connected again: ${why}`);
}

async function whyCutOff(): Promise<string | undefined> {
  const connection = openConnection();
  const reply = await connection?.session.send(["GHOST.HEALTH"]);
  const { cutOff = [] } = JSON.parse(textOf(reply) ?? "{}") as { readonly cutOff?: readonly CutOff[] };
  const own = connection && wireName(connection.place.name);
  return cutOff.findLast(({ name, agoMs }) => name === own && agoMs < CUT_OFF_AGO_MS_MAX)?.why;
}

interface CutOff {
  readonly name: string;
  readonly agoMs: number;
  readonly why: string;
}

function tellOfChannel(problem: BusProblem): void {
  const { channel } = problem;
  switch (problem.is) {
    case "lost":
      return G.warn(`the connection was lost, and ${channel} is subscribed to again: ${missing(problem.count)}`);
    case "dropping":
      return G.warn(`messages of ${channel} come faster than they are taken: some are dropped`);
    case "invalid":
      return G.warn(`a message of ${channel} does not fit: ${problem.error.message}`, { id: problem.message.id });
    case "waits":
      return G.warn(`consuming ${channel} waits, and tries again: ${problem.error.message}`);
    case "continues":
      return G.info(`consuming ${channel} goes on`);
    case "failed":
      return tellFailed(problem);
    case "ended":
      return G.error(`the subscription of ${channel} has ended`, { error: problem.error });
    default:
      return problem satisfies never;
  }
}

function missing(count: number | null): string {
  if (count === null) return "messages of meanwhile may be missing, nobody knows how many";
  return count === 1 ? "one message of meanwhile is missing" : `${count} messages of meanwhile are missing`;
}

function tellFailed({ channel, error, message, delivery }: Failed): void {
  const told = { id: message.id, ...(delivery && { entry: delivery.entryId }), error };
  if (!delivery) return G.warn(`cannot handle a message of ${channel}`, told);
  const { number, limit, deadLetters } = delivery;
  const what = `cannot handle a message of ${channel}: delivery ${number} of ${limit} failed`;
  if (number < limit) G.warn(`${what}, it comes again`, told);
  else G.error(`${what}, it is put aside in ${deadLetters}`, told);
}
