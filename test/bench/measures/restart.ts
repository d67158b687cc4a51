import type { Session } from "../session.ts";
import { breathe } from "./pauses.ts";

/** Kills `kills` different children, one after the other, and gives for each the milliseconds until its successor has said its pid. */
export async function restartTimes(session: Session, kills: number): Promise<number[]> {
  const victims = [...session.children].slice(0, kills);
  const times: number[] = [];
  for (const pid of victims) times.push(await restartTime(session, pid));
  return times;
}

async function restartTime({ markers, children }: Session, pid: number): Promise<number> {
  const heard = markers.take(1);
  const killedMs = performance.now();
  process.kill(pid, "SIGKILL");
  const [successor] = await heard;
  children.delete(pid);
  children.add(Number(successor!.line));
  await breathe();
  return successor!.atMs - killedMs;
}
