import type { Random } from "../../rig/random.ts";
import { pause } from "../../rig/wait.ts";
import { Connection } from "../wire/connection.ts";
import { KEY_KINDS, type Kind, SAGA_KINDS, SQL_KINDS } from "./kinds.ts";
import type { Target } from "./targets.ts";
import { Writer } from "./writer.ts";

/** Writers of each sort. */
const EACH = 2;
/** The longest time from one start to the next kill, in ms. */
const LIFE_MS_MAX = 400;

/** One of each sort of write, `EACH` times. */
export function makeWriters(kinds: readonly Kind[] = [...KEY_KINDS, ...SQL_KINDS, ...SAGA_KINDS]): Writer[] {
  return kinds.flatMap((kind) => Array.from({ length: EACH }, (_, number) => new Writer(kind, `${number}`)));
}

/** Kills the target so many times while all write, and looks after each time whether all is there. Throws when anything is not. */
export async function crashAgainAndAgain(
  target: Target,
  { kills, random, say, kinds }: { kills: number; random: Random; say: (line: string) => void; kinds?: readonly Kind[] },
): Promise<void> {
  const writers = makeWriters(kinds);
  for (let kill = 1; kill <= kills; kill += 1) {
    const running = Promise.all(writers.map((writer) => writer.run(target.socket)));
    await Promise.race([running, pause(20 + random.next() * LIFE_MS_MAX)]);
    const whom = await target.kill(random);
    for (const writer of writers) writer.stop();
    await running;
    await target.back();
    await checkAll(target.socket, writers);
    say(`kill ${kill}: ${whom}; ${total(writers)} acknowledged writes are there`);
  }
  const refused = writers.find((writer) => writer.refused > 0);
  if (refused) throw new Error(`${refused.name} was refused ${refused.refused} times: ${refused.refusal}`);
}

/** What each writer was told must be there. */
export async function checkAll(socket: string, writers: readonly Writer[]): Promise<void> {
  const connection = await Connection.open(socket);
  for (const writer of writers) await writer.check(connection);
  connection.close();
}

/** Acknowledged writes of all. */
export function total(writers: readonly Writer[]): number {
  return writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}
