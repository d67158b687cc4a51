/** The node's own configuration, `$GHOST_HOME/.ghost.yaml`. */
export interface NodeConfiguration {
  /** What the node is called. Null: not given. */
  readonly id: string | null;
  readonly mode: "local";
  readonly monitoring: {
    /** Whether CPU and memory are sampled. Default true. */
    readonly enabled: boolean;
    /** Default 5_000; at least `INTERVAL_MIN_MS`. */
    readonly intervalMs: number;
  };
}

/** What holds without a file. */
export const NODE_DEFAULT: NodeConfiguration = { id: null, mode: "local", monitoring: { enabled: true, intervalMs: 5000 } };
