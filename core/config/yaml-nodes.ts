import type { Place } from "./diagnostics.ts";

/** What stands in a YAML text, before variables, aliases and merge keys: what both readers of syntax give. */
export type SyntaxNode = ScalarNode | ListNode | MapNode | AliasNode;

/** The tree's scalar as far as the syntax tells: where nothing is to be filled in, it is the tree's. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As written (`022`, `1.10`); empty for null. */
  readonly text: string;
  readonly broken: false;
  /** Without quotes. */
  readonly plain: boolean;
  readonly anchor?: string;
}

export interface ListNode {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly SyntaxNode[];
  readonly anchor?: string;
}

export interface MapNode {
  readonly kind: "map";
  readonly place: Place;
  readonly pairs: readonly NodePair[];
  readonly anchor?: string;
}

export interface NodePair {
  readonly key: SyntaxNode;
  readonly value: SyntaxNode;
}

export interface AliasNode {
  readonly kind: "alias";
  readonly place: Place;
  /** The name behind the `*`. */
  readonly source: string;
}

/** Deepest nesting. `processes.yaml` needs 6. */
export const DEPTH_MAX = 40;

/** A value that is not there. */
export function nothing(place: Place): ScalarNode {
  return { kind: "scalar", place, value: null, text: "", broken: false, plain: true };
}
