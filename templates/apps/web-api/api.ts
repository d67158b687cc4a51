import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { G, Ghost, GhostApp } from "ghost-sdk";
import { answer } from "./notes.ts";

/** Serves notes over HTTP. */
export class Api extends GhostApp {
  override isService = true;
  override autoRestart = true;
  private readonly server: Server = createServer((request, response) => void answer(request, response));

  /** Where it listens; 0 takes any free port. */
  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Resolves when it takes requests. */
  readonly listening = once(this.server, "listening");

  /** Ghost counts the app as ready when this is done. */
  override async onBeforeRun(): Promise<void> {
    Ghost.health.check("store", () => Ghost.data.get("health"));
    this.server.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1");
    await this.listening;
  }

  override async run(): Promise<void> {
    G.info("listening", { port: this.port });
  }

  /** Takes no more requests, and waits for those that are under way. */
  override async onAfterRun(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeIdleConnections();
    await closed;
    G.info("no more requests");
  }
}
