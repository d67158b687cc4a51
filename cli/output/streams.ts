import type { Paint } from "./paint.ts";
import { formatDuration } from "./quantities.ts";
import { type Column, renderTable } from "./table.ts";

const GROUP_COLUMNS: readonly Column[] = [
  { title: "GROUP", flexible: true },
  { title: "CONSUMERS", align: "right" },
  { title: "PENDING", align: "right" },
  { title: "LAG", align: "right" },
  { title: "LAST DELIVERED" },
];

/** The consumer groups of a stream, as XINFO GROUPS tells them. */
export function renderGroupsOfStream(
  groups: readonly Readonly<Record<string, string | number | null>>[],
  columns: number,
  paint: Paint,
): string[] {
  const cell = (value: string | number | null | undefined) => ({ text: String(value ?? "-") });
  const rows = groups.map((group) => [
    { text: String(group.name), paint: paint.bold },
    cell(group.consumers),
    cell(group.pending),
    cell(group.lag),
    cell(group["last-delivered-id"]),
  ]);
  return renderTable(GROUP_COLUMNS, rows, columns, paint);
}

/** An entry that was delivered and not acknowledged. */
export interface PendingEntry {
  readonly id: string;
  readonly consumer: string;
  /** Milliseconds since its last delivery. */
  readonly idleMs: number;
  readonly deliveries: number;
}

const PENDING_COLUMNS: readonly Column[] = [
  { title: "ENTRY" },
  { title: "CONSUMER", flexible: true },
  { title: "IDLE", align: "right" },
  { title: "DELIVERIES", align: "right" },
];

/** What waits for an acknowledgement. */
export function renderPending(entries: readonly PendingEntry[], columns: number, paint: Paint): string[] {
  const rows = entries.map(({ id, consumer, idleMs, deliveries }) => [
    { text: id, paint: paint.bold },
    { text: consumer },
    { text: formatDuration(idleMs) },
    { text: String(deliveries), paint: deliveries > 1 ? paint.yellow : undefined },
  ]);
  return renderTable(PENDING_COLUMNS, rows, columns, paint);
}
