import type { BigIntStats } from "node:fs";

const NANOSECONDS = 1_000_000_000n;

/** Writes `struct stat` as Emscripten's C library lays it out (`SYSCALLS.writeStat` in sql.js's glue). */
export function writeStat(view: DataView, out: number, stat: BigIntStats): void {
  view.setUint32(out, low32(stat.dev), true);
  view.setUint32(out + 4, low32(stat.mode), true);
  view.setUint32(out + 8, low32(stat.nlink), true);
  view.setUint32(out + 12, low32(stat.uid), true);
  view.setUint32(out + 16, low32(stat.gid), true);
  view.setUint32(out + 20, 0, true);
  view.setBigInt64(out + 24, stat.size, true);
  view.setUint32(out + 32, low32(stat.blksize), true);
  view.setUint32(out + 36, low32(stat.blocks), true);
  writeTime(view, out + 40, stat.atimeNs);
  writeTime(view, out + 56, stat.mtimeNs);
  writeTime(view, out + 72, stat.ctimeNs);
  view.setBigUint64(out + 88, BigInt.asUintN(64, stat.ino), true);
}

function writeTime(view: DataView, out: number, nanoseconds: bigint): void {
  view.setBigInt64(out, nanoseconds / NANOSECONDS, true);
  view.setUint32(out + 8, Number(nanoseconds % NANOSECONDS), true);
}

/** The C library keeps these fields in 32 bits, the system some of them in 64. */
function low32(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}
