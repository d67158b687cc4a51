import type { Place } from "./diagnostics.ts";

/** What stands in a YAML text, before variables, aliases and merge keys: what both readers of syntax give. */
export type SyntaxNode = ScalarNode | ListNode | MapNode | AliasNode;

export interface ScalarNode {
  readonly kind: "scalar";
  /** Null: it has none of its own, and what it belongs to gives it one. */
  readonly place: Place | null;
  /** Other values (a date, a big number) count as nothing. */
  readonly value: unknown;
  /** As written (`022`, `1.10`). */
  readonly source: string;
  /** Without quotes. */
  readonly plain: boolean;
  readonly anchor?: string;
}

export interface ListNode {
  readonly kind: "list";
  readonly place: Place | null;
  readonly items: readonly (SyntaxNode | null)[];
  readonly anchor?: string;
}

export interface MapNode {
  readonly kind: "map";
  readonly place: Place | null;
  readonly pairs: readonly NodePair[];
  readonly anchor?: string;
}

export interface NodePair {
  readonly key: SyntaxNode | null;
  readonly value: SyntaxNode | null;
}

export interface AliasNode {
  readonly kind: "alias";
  readonly place: Place | null;
  /** The name behind the `*`. */
  readonly source: string;
}

/** Deepest nesting. `processes.yaml` needs 6. */
export const DEPTH_MAX = 40;
