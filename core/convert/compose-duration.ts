const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration of Compose (`1m30s`, `500ms`, `10` seconds) in ms; undefined for anything else. */
export function parseComposeDuration(value: unknown): number | undefined {
  if (typeof value === "number") return value * 1000;
  if (typeof value !== "string" || !/^(\d+(\.\d+)?(us|ms|s|m|h)?)+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit = "s"] of value.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)?/g)) total += Number(amount) * (UNITS[unit] ?? 0);
  return total;
}
