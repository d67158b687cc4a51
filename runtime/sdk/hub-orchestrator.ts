import type { HubSession } from "../../core/bus/session/session.ts";
import { type Duration, waitMs } from "../../core/config/duration.ts";
import { hubError } from "../../core/data/hub/hub-errors.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import type { GroupState, Orchestrator, ProcessState, StartupOrder } from "./orchestrator.ts";

/** Processes and groups through GHOST.CONTROL. */
export class HubOrchestrator implements Orchestrator {
  private readonly session: HubSession;

  constructor(session: HubSession) {
    this.session = session;
  }

  createGroup(name: string, options: { readonly processes: readonly string[]; readonly startup?: StartupOrder }): Promise<GroupState> {
    return this.ask("createGroup", { name, ...options });
  }

  startGroup(name: string, order?: StartupOrder): Promise<GroupState> {
    return this.ask("startGroup", { name, order });
  }

  stopGroup(name: string, graceful = true): Promise<GroupState> {
    return this.ask("stopGroup", { name, graceful });
  }

  groupStatus(name: string): Promise<GroupState> {
    return this.ask("groupStatus", { name });
  }

  processes(): Promise<readonly ProcessState[]> {
    return this.ask("processes", {});
  }

  waitForHealthy(name: string, timeout: Duration = "2m"): Promise<ProcessState> {
    return this.ask("waitForHealthy", { name, timeoutMs: waitMs(timeout, "timeout") });
  }

  private async ask<T>(method: string, options: object): Promise<T> {
    try {
      const reply = await this.session.send(["GHOST.CONTROL", method, JSON.stringify(options)]);
      return JSON.parse(textOf(reply) ?? "null");
    } catch (error) {
      throw hubError(error, method);
    }
  }
}
