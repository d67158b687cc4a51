/** Time, time zone and the module's other questions to its surroundings. */
import type { Heap } from "./heap.ts";

const NANOSECONDS_PER_MS = 1_000_000n;
const REALTIME = 0;
/** musl's TZNAME_MAX and its end. */
const ZONE_NAME_BYTES = 17;

/** The imports from `env` and `wasi_snapshot_preview1` that tell the time. */
export function clockImports(heap: Heap): {
  env: Record<string, (...args: never[]) => unknown>;
  wasi: Record<string, (...args: never[]) => unknown>;
} {
  return {
    env: {
      emscripten_date_now: () => Date.now(),
      emscripten_get_now: () => performance.now(),
      _tzset_js: (zone: number, daylight: number, standardName: number, daylightName: number) =>
        writeZone(heap, { zone, daylight, standardName, daylightName }),
      _localtime_js: (seconds: bigint, out: number) => writeLocalTime(heap, Number(seconds), out),
    },
    wasi: {
      clock_time_get: (clock: number, _precision: bigint, out: number) => {
        const nanoseconds = clock === REALTIME ? BigInt(Date.now()) * NANOSECONDS_PER_MS : process.hrtime.bigint();
        heap.view.setBigInt64(out, nanoseconds, true);
        return 0;
      },
    },
  };
}

/** `tzset`: seconds west of Greenwich in winter, whether there is a summer time, and the names of both. */
function writeZone(heap: Heap, out: { zone: number; daylight: number; standardName: number; daylightName: number }): void {
  const { winter, summer } = zoneOffsets(new Date());
  heap.view.setInt32(out.zone, Math.max(winter, summer) * 60, true);
  heap.view.setInt32(out.daylight, winter === summer ? 0 : 1, true);
  for (const name of [out.standardName, out.daylightName]) heap.bytes.write("LOCAL\0", name, ZONE_NAME_BYTES);
}

/** `localtime`: fills `struct tm`; 1 when the time is out of range. */
function writeLocalTime(heap: Heap, seconds: number, out: number): number {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return 1;
  const { winter, summer } = zoneOffsets(date);
  const offset = date.getTimezoneOffset();
  const isSummer = winter !== summer && offset === Math.min(winter, summer);
  const fields = [date.getSeconds(), date.getMinutes(), date.getHours(), date.getDate(), date.getMonth(), date.getFullYear() - 1900];
  fields.push(date.getDay(), dayOfYear(date), isSummer ? 1 : 0, -offset * 60);
  heap.i32.set(fields, out >> 2);
  return 0;
}

function zoneOffsets(date: Date): { winter: number; summer: number } {
  const year = date.getFullYear();
  return { winter: new Date(year, 0, 1).getTimezoneOffset(), summer: new Date(year, 6, 1).getTimezoneOffset() };
}

function dayOfYear(date: Date): number {
  const day = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (day - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000;
}
