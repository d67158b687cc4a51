import { idleChildren } from "./children.ts";
import type { Contender } from "./contenders/contender.ts";
import type { Measure } from "./figures.ts";
import { timeOften } from "./measures/command-line.ts";
import { firstLineTimes } from "./measures/first-line.ts";
import { idlePercent } from "./measures/idle.ts";
import { logReading } from "./measures/log.ts";
import { memoryMegabytes } from "./measures/memory.ts";
import { graphFactor, healthPercent, lossTimes } from "./measures/orchestration.ts";
import { settle } from "./measures/pauses.ts";
import { planTimes } from "./measures/plan.ts";
import { restartTimes } from "./measures/restart.ts";
import type { Options } from "./options.ts";
import type { Samples } from "./samples.ts";
import { openSession, type Session } from "./session.ts";

/** One set-up of one contender and what is measured in it. */
export interface Scenario {
  readonly name: string;
  /** It is run when one of these is asked for. */
  readonly measures: readonly Measure[];
  /** Whether the peers take part in this repetition (from 0); Ghost always does. */
  readonly forPeers: (options: Options, repeat: number) => boolean;
  readonly run: (session: Session, contender: Contender, samples: Samples, options: Options, repeat: number) => Promise<void>;
}

const MS_PER_SECOND = 1000;
const always = (): boolean => true;
const never = (): boolean => false;

/** Every set-up, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "nothing", measures: ["cold"], forPeers: always, run: measureCold },
  { name: "100 children", measures: ["start", "memory", "idle", "status", "restart", "thousand"], forPeers: always, run: measureHundred },
  {
    name: "1,000 children",
    measures: ["thousand"],
    forPeers: ({ peersThousand }, repeat) => peersThousand && repeat === 0,
    run: measureThousand,
  },
  { name: "1,000 that are declared", measures: ["plan"], forPeers: never, run: measurePlan },
  { name: "health checks", measures: ["health"], forPeers: never, run: measureHealth },
  { name: "a graph", measures: ["graph", "loss"], forPeers: never, run: measureGraph },
  { name: "an app in the foreground", measures: ["app"], forPeers: always, run: measureFirstLine },
  { name: "one that writes", measures: ["log"], forPeers: always, run: measureLog },
];

/** What a run of scenarios has in common. */
export interface Run {
  readonly samples: Samples;
  readonly options: Options;
  /** Rejects when the run is to end early. */
  readonly interrupted: Promise<never>;
}

/** Sets the contender up alone, runs the scenario in it and removes everything, whatever happens. `repeat` counts from 0. */
export async function runScenario(
  scenario: Scenario,
  contender: Contender,
  { samples, options, interrupted }: Run,
  repeat: number,
): Promise<void> {
  const session = await openSession(contender);
  try {
    await Promise.race([interrupted, scenario.run(session, contender, samples, options, repeat)]);
  } finally {
    await session.close();
  }
}

async function measureCold(session: Session, contender: Contender, samples: Samples, options: Options): Promise<void> {
  samples.add("cold-start", contender.name, session.launchMs);
  samples.add("binary-start", contender.name, ...timeOften(session, contender.versionCommand, options.commandRuns));
}

async function measureHundred(session: Session, { name }: Contender, samples: Samples, options: Options, repeat: number): Promise<void> {
  const { measures } = options;
  const { returnedMs, ranMs } = await session.start(idleChildren(session.place.base, session.markers.path, 100));
  if (measures.has("start")) {
    samples.add("start-100-returns", name, returnedMs);
    samples.add("start-100-runs", name, ranMs);
  }
  await settle();
  if (measures.has("memory") || measures.has("thousand")) samples.add("memory-100", name, memoryMegabytes(session));
  if (measures.has("idle") && repeat === 0) samples.add("idle-cpu", name, await idlePercent(session, options.idleMs));
  if (measures.has("status")) samples.add("status-100", name, ...timeOften(session, session.setup.status, options.commandRuns));
  if (measures.has("restart")) samples.add("restart", name, ...(await restartTimes(session, options.kills)));
}

async function measureThousand(session: Session, { name }: Contender, samples: Samples, options: Options): Promise<void> {
  const { returnedMs, ranMs } = await session.start(idleChildren(session.place.base, session.markers.path, 1000));
  samples.add("start-1000-returns", name, returnedMs / MS_PER_SECOND);
  samples.add("start-1000-runs", name, ranMs / MS_PER_SECOND);
  await settle();
  samples.add("memory-1000", name, memoryMegabytes(session));
  samples.add("status-1000", name, ...timeOften(session, session.setup.status, options.commandRuns));
}

async function measurePlan(session: Session, { name }: Contender, samples: Samples, { commandRuns }: Options): Promise<void> {
  samples.add("plan-1000", name, ...planTimes(session, 1000, commandRuns));
}

async function measureLog(session: Session, { name }: Contender, samples: Samples): Promise<void> {
  const { megabytesPerSecond, cpuSecondsPerGigabyte } = await logReading(session);
  samples.add("log-speed", name, megabytesPerSecond);
  samples.add("log-cpu", name, cpuSecondsPerGigabyte);
}

async function measureHealth(_session: Session, { name }: Contender, samples: Samples, { quick }: Options): Promise<void> {
  const measuredMs = quick ? 6_000 : 15_000;
  samples.add("health-tcp", name, await healthPercent("tcp", measuredMs));
  samples.add("health-http", name, await healthPercent("http", measuredMs));
}

async function measureFirstLine(session: Session, { name }: Contender, samples: Samples, { commandRuns }: Options): Promise<void> {
  const { foreground } = session.setup;
  if (foreground) samples.add("first-line", name, ...(await firstLineTimes(session, foreground, commandRuns)));
  if (name === "ghost") samples.add("first-line-node", name, ...(await firstLineTimes(session, (file) => ["node", file], commandRuns)));
}

async function measureGraph(_session: Session, { name }: Contender, samples: Samples, { measures }: Options): Promise<void> {
  if (measures.has("graph")) samples.add("graph", name, await graphFactor());
  if (measures.has("loss")) samples.add("loss", name, ...(await lossTimes()));
}
