import { DATA_DEFAULT, type DataConfiguration } from "./data-configuration.ts";
import type { Hooks } from "./definition.ts";

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
  /** Where the daemon answers HTTP besides its socket. Null, the default: nowhere. */
  readonly http: NodeDoor | null;
  /** Where the hub answers RESP besides its socket. Null, the default: nowhere. */
  readonly hub: NodeDoor | null;
  /** Commands that are run when something happens to any process. Default: none. */
  readonly on: Hooks;
  /** How data is kept and reached. */
  readonly data: DataConfiguration;
}

/** An address on the loopback interface, for whoever has the token. */
export interface NodeDoor {
  readonly listen: {
    /** `localhost`, `::1` or an address that begins with 127. Default 127.0.0.1. */
    readonly host: string;
    /** 1 to 65535. */
    readonly port: number;
  };
  /** Absolute. The file's text, without blanks around it, is what must be presented: over HTTP as bearer token, to the hub as AUTH. */
  readonly tokenFile: string;
}

/** What holds without a file. */
export const NODE_DEFAULT: NodeConfiguration = {
  id: null,
  mode: "local",
  monitoring: { enabled: true, intervalMs: 5000 },
  http: null,
  hub: null,
  on: {},
  data: DATA_DEFAULT,
};
