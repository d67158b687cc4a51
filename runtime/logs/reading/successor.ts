/** Which file comes after one that has been read to its end, when rotation has moved all of them. */
import { numberOfInode } from "../file-set.ts";
import type { OpenFiles } from "./open-files.ts";
import { openSegment, openSegments, type Segment } from "./segments.ts";

/** A rotation can come between looking and opening: so often it is tried again. */
const TRIES = 5;

export interface Successor {
  readonly segment: Segment;
  /** True when files in between were rotated away before they could be read. */
  readonly missed: boolean;
}

/** The file after one that is gone; null when there is none yet. Its inode may be another file's by now. */
export function findAfterGone(file: string, gone: Segment, files: OpenFiles): Promise<Successor | null> {
  return bySequence(file, gone, files);
}

/** The file after `current`; null when there is none yet. */
export async function findSuccessor(file: string, current: Segment, files: OpenFiles): Promise<Successor | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const number = numberOfInode(file, current.inode);
    if (number === null) break;
    if (number === 0) return null;
    const segment = await openSegment(file, number - 1, files);
    // Still the same number: then what was opened is the next one, and not the one after it.
    if (numberOfInode(file, current.inode) === number) return segment && { segment, missed: false };
    await segment?.close();
  }
  return bySequence(file, current, files);
}

/** The file itself is gone or compressed: its sequence number tells what came after it. What seems to be missing may have moved during the look. */
async function bySequence(file: string, current: Segment, files: OpenFiles): Promise<Successor | null> {
  for (let tries = 1; ; tries++) {
    const successor = await lookBySequence(file, current, files);
    if (!successor?.missed || tries === TRIES) return successor;
    await successor.segment.close();
  }
}

/** Without numbers the live file has to do. */
async function lookBySequence(file: string, current: Segment, files: OpenFiles): Promise<Successor | null> {
  const segments = await openSegments(file, files);
  const after = current.index?.sequence;
  const next =
    after === undefined ? segments.at(-1) : segments.find((segment) => (segment.index?.sequence ?? Number.NEGATIVE_INFINITY) > after);
  const chosen = next ?? (segments.at(-1)?.index ? undefined : segments.at(-1));
  await Promise.all(segments.filter((segment) => segment !== chosen).map((segment) => segment.close()));
  if (!chosen) return null;
  return { segment: chosen, missed: after !== undefined && (chosen.index?.sequence ?? after + 1) > after + 1 };
}
