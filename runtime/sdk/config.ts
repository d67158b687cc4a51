/** What an app's `.ghost.yaml` says, as the supervisor hands it over: checked, with the environment's overrides in it. */
export interface GhostConfig {
  readonly app: {
    /** The process's name; default the folder's. */
    readonly id: string;
    /** For people; default the id. */
    readonly name: string;
    readonly description?: string;
    readonly version?: string;
  };
  readonly core: {
    /** The environment, such as `development` or `production`. Default `development`. */
    readonly mode: string;
    /** Absolute; undefined where no supervisor said it. */
    readonly logsPath?: string;
    /** Absolute; undefined where no supervisor said it. */
    readonly dataPath?: string;
    readonly settings: {
      /** Started by hand, it starts the daemon and registers itself. Default false. */
      readonly autoGhostFather?: boolean;
      /** It beats and reports metrics. Default true. */
      readonly autoMonitor?: boolean;
      readonly type?: "service" | "oneshot";
      readonly [name: string]: unknown;
    };
  };
  /** Sections that the file has besides, such as `cache`, `encryption`, `resilience`. */
  readonly [section: string]: unknown;
}

/** The configuration in GHOST_CONFIG's text over what is known without it. Throws a SyntaxError for a text that is no JSON. */
export function readConfig(text: string | undefined, name: string): GhostConfig {
  const { app, core, ...rest } = JSON.parse(text || "{}") as Partial<GhostConfig>;
  return {
    ...rest,
    app: { id: name, name, ...app },
    core: { mode: "development", ...core, settings: { ...core?.settings } },
  };
}
