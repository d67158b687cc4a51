import type { Server } from "node:http";
import type { HistoryEntry } from "../../core/api/wire.ts";
import type { NodeConfiguration } from "../../core/config/node-configuration.ts";
import { HookRunner } from "../supervisor/hooks.ts";
import type { Sampler } from "../supervisor/sampler.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { ConfigurationWatch } from "./configuration-watch.ts";
import type { Home } from "./home.ts";
import type { Guard } from "./http.ts";
import type { Hub } from "./hub/hub.ts";
import { log } from "./journal.ts";
import type { FirstConfiguration } from "./last-configuration.ts";
import { TcpDoor } from "./tcp-door.ts";

/** What the settings work on. */
export interface SettingsParts {
  readonly home: Home;
  readonly supervisor: Supervisor;
  readonly sampler: Sampler;
  readonly hub: Pick<Hub, "configure">;
  readonly announce: (entry: HistoryEntry) => void;
  /** A server with all routes behind a guard. */
  readonly makeServer: (guard: Guard) => Server;
}

/** Everything that follows the node's `.ghost.yaml` while the daemon runs: sampling, the TCP door, the hooks, the hub. */
export class NodeSettings {
  readonly hooks: HookRunner;
  readonly tcpDoor: TcpDoor;
  private readonly parts: SettingsParts;
  private readonly first: FirstConfiguration;
  private watch: ConfigurationWatch | undefined;

  constructor(parts: SettingsParts, first: FirstConfiguration) {
    this.parts = parts;
    this.first = first;
    this.hooks = new HookRunner(parts.supervisor, first.configuration, log);
    this.tcpDoor = new TcpDoor(parts.makeServer);
  }

  /** Opens the door if one is wanted, and begins to follow the file. */
  async start(): Promise<void> {
    const { home, supervisor, announce } = this.parts;
    await this.tcpDoor.apply(this.first.configuration.http);
    this.watch = new ConfigurationWatch(
      { home, store: supervisor.parts.store, announce, apply: (configuration) => this.apply(configuration) },
      this.first,
    );
  }

  /** What a person should know. */
  warnings(): string[] {
    return [...(this.watch?.warnings() ?? []), ...this.tcpDoor.warnings()];
  }

  /** Takes what `.ghost.yaml` says now, whether or not the system told of a change yet. One that cannot be read changes nothing. */
  async refresh(): Promise<void> {
    await this.watch?.reload().catch((error: unknown) => log(`cannot read ${this.parts.home.configFile}: ${(error as Error).message}`));
  }

  async stop(): Promise<void> {
    this.watch?.stop();
    await Promise.all([this.tcpDoor.stop(), this.hooks.stop()]);
  }

  private apply(configuration: NodeConfiguration): void {
    this.hooks.node = configuration;
    this.parts.sampler.change(configuration.monitoring);
    this.parts.hub.configure(configuration);
    void this.tcpDoor.apply(configuration.http);
  }
}
