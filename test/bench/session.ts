import { join } from "node:path";
import { processesOf } from "../rig/processes.ts";
import { type Surroundings, timeCommand, timeCommandBeside } from "./command.ts";
import type { Contender, ContenderName, Setup, Workload } from "./contenders/contender.ts";
import { Markers } from "./markers.ts";
import { clearPlace, makePlace, type Place } from "./place.ts";

/** How long a start took, in milliseconds from before the command. */
export interface StartTimes {
  /** Until the command was back. */
  readonly returnedMs: number;
  /** Until the last of the children had said that it runs. */
  readonly ranMs: number;
}

/** A contender's daemon that runs in a place of its own, until `close`. */
export interface Session {
  readonly contender: ContenderName;
  readonly place: Place;
  readonly setup: Setup;
  readonly markers: Markers;
  /** How long the daemon's start took, in milliseconds. */
  readonly launchMs: number;
  /** The children's pids, as far as they said them. */
  readonly children: Set<number>;
  /** Times a command of the contender, in milliseconds. */
  time(argv: readonly string[]): number;
  /** Registers and starts a workload and waits until each of its processes has said its pid. */
  start(workload: Workload): Promise<StartTimes>;
  /** The daemon and everything else of the place that is no child: keepers, helpers, whatever their names. */
  supervisorPids(): readonly number[];
  /** Stops the daemon with its own command and removes the place; a process that stayed is killed and is an error. */
  close(): Promise<void>;
}

/** Sets a contender up in a new place and starts its daemon. When that fails nothing stays. */
export async function openSession(contender: Contender): Promise<Session> {
  const place = makePlace();
  const setup = contender.setUp(place);
  const surroundings: Surroundings = { cwd: place.base, env: { ...place.env, ...setup.env } };
  const markers = new Markers(join(place.base, "markers"));
  const close = () => closeSession(contender.name, setup, surroundings, place, markers);
  try {
    const launchMs = timeCommand(setup.launch, surroundings);
    return { contender: contender.name, place, setup, markers, launchMs, ...workings(setup, surroundings, place, markers), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

function workings(setup: Setup, surroundings: Surroundings, place: Place, markers: Markers) {
  const children = new Set<number>();
  return {
    children,
    time: (argv: readonly string[]) => timeCommand(argv, surroundings),
    supervisorPids: () =>
      processesOf(place.base)
        .map(({ pid }) => pid)
        .filter((pid) => !children.has(pid)),
    start: async (workload: Workload): Promise<StartTimes> => {
      const command = setup.declare(workload);
      const startedMs = performance.now();
      const [returnedMs, heard] = await Promise.all([timeCommandBeside(command, surroundings), markers.take(workload.names.length)]);
      for (const { line } of heard) children.add(Number(line));
      return { returnedMs, ranMs: heard.at(-1)!.atMs - startedMs };
    },
  };
}

async function closeSession(name: string, setup: Setup, surroundings: Surroundings, place: Place, markers: Markers): Promise<void> {
  let stopError: unknown = null;
  try {
    if (processesOf(place.base).length > 0) timeCommand(setup.stop, surroundings);
  } catch (error) {
    stopError = error;
  }
  markers.close();
  const leftovers = await clearPlace(place);
  if (stopError) throw stopError;
  if (leftovers.length > 0) throw new Error(`${name} left processes behind: ${leftovers.slice(0, 5).join(", ")}`);
}
