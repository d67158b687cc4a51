import type { IncomingMessage, Server } from "node:http";
import { isIP } from "node:net";
import type { NodeDoor } from "../../core/config/node-configuration.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Guard } from "./http.ts";
import { log } from "./journal.ts";
import { TokenFile } from "./token-file.ts";

/** A door that could not be opened, and the token of one that is open, are looked at again after this, in ms. */
const LOOK_MS = 1_000;
/** What answers without a token: whether the daemon lives is no secret. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/healthz"]);
/** Requests that are under way when the door is closed have so long, in ms. */
const FAREWELL_MS = 500;

/**
 * The same routes on a TCP port of the loopback interface, for whoever has the token (`http:` in the node's `.ghost.yaml`).
 * What is wrong with it closes this door alone, is told as a warning, and is tried again.
 */
export class TcpDoor {
  private readonly makeServer: (guard: Guard) => Server;
  private settings: NodeDoor | null = null;
  private server: Server | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private problem: GhostError | null = null;
  /** One change after the other. */
  private work: Promise<void> = Promise.resolve();

  constructor(makeServer: (guard: Guard) => Server) {
    this.makeServer = makeServer;
  }

  /** Where it answers, e.g. `127.0.0.1:9300`; null: nowhere. */
  get address(): string | null {
    return this.server && this.settings ? addressOf(this.settings) : null;
  }

  /** What a person should know. */
  warnings(): string[] {
    if (!this.problem) return [];
    return [`${this.problem.message}${this.problem.hint ? ` (${this.problem.hint})` : ""}`];
  }

  /** Opens, moves or closes the door. Never rejects: what is wrong becomes a warning. */
  apply(settings: NodeDoor | null): Promise<void> {
    return this.afterwards(async () => {
      if (JSON.stringify(settings) === JSON.stringify(this.settings)) return;
      clearInterval(this.timer);
      await this.shut();
      this.settings = settings;
      this.problem = null;
      if (!settings) return;
      await this.ensure(settings);
      this.timer = setInterval(() => void this.afterwards(() => this.ensure(settings)), LOOK_MS).unref();
    });
  }

  /** Takes no more requests. */
  stop(): Promise<void> {
    return this.apply(null);
  }

  private afterwards(step: () => Promise<void>): Promise<void> {
    this.work = this.work.then(step);
    return this.work;
  }

  /** Open, and rightly so; or closed, with the reason. */
  private async ensure(settings: NodeDoor): Promise<void> {
    if (settings !== this.settings) return;
    const token = new TokenFile(settings.tokenFile);
    try {
      refuseOpenAddress(settings);
      token.check();
      if (!this.server) await this.open(settings, token);
      this.problem = null;
    } catch (error) {
      await this.shut();
      this.complain(settings, error as Error);
    }
  }

  private async open(settings: NodeDoor, token: TokenFile): Promise<void> {
    const server = this.makeServer((request) => admit(request, settings, token));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(settings.listen.port, settings.listen.host, resolve);
    });
    // Bun tells of clients that leave in the middle of a request here.
    server.on("error", () => {});
    this.server = server;
    log(`answers at http://${addressOf(settings)}`);
  }

  private async shut(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, FAREWELL_MS))]);
    server.closeAllConnections();
  }

  private complain(settings: NodeDoor, error: Error): void {
    const problem = error instanceof GhostError ? error : listenError(settings, error);
    if (problem.message !== this.problem?.message) log(problem.message);
    this.problem = problem;
  }
}

/** Whoever can reach the port and has the token can run anything as this user: without encryption that is for this machine alone. */
function refuseOpenAddress({ listen: { host, port } }: NodeDoor): void {
  if (host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))) return;
  throw new GhostError("CONFIG_INVALID", `cannot listen on ${host}:${port}: it is not an address of this machine alone`, {
    hint: `write \`listen: 127.0.0.1:${port}\`, and reach it from elsewhere through ssh -L or a proxy that encrypts`,
  });
}

function listenError(settings: NodeDoor, error: NodeJS.ErrnoException): GhostError {
  const address = addressOf(settings);
  if (error.code === "EADDRINUSE")
    return new GhostError("PORT_IN_USE", `cannot listen on ${address}: the port is held by another program`, {
      hint: `choose another \`http.listen\`, or end it: ss -ltnp 'sport = :${settings.listen.port}'`,
    });
  if (error.code === "EACCES")
    return new GhostError("PERMISSION_DENIED", `cannot listen on ${address}: permission denied`, {
      hint: "ports below 1024 need root; choose one above",
    });
  return new GhostError("FAILED", `cannot listen on ${address}: ${error.message}`, { hint: "mend `http.listen` in .ghost.yaml" });
}

/** Lets a request in that is meant for this address and bears the token. */
function admit(request: IncomingMessage, settings: NodeDoor, token: TokenFile): void {
  refuseForeignHost(request, settings);
  if (OPEN_PATHS.has((request.url ?? "").split("?")[0] ?? "")) return;
  const given = /^Bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
  if (given !== undefined && token.fits(given)) return;
  throw new GhostError("UNAUTHORIZED", `cannot answer: ${given === undefined ? "no token was given" : "the token is wrong"}`, {
    hint: "send the header Authorization: Bearer TOKEN with the content of http.token_file",
  });
}

/** A name that somebody else's DNS leads here (rebinding) is not ours: a web page must not reach the daemon through it. */
function refuseForeignHost({ headers }: IncomingMessage, { listen: { host, port } }: NodeDoor): void {
  const given = (headers.host ?? "").toLowerCase();
  const own = [host, "localhost", "127.0.0.1", "::1"].map(inAddress);
  if (own.some((name) => given === `${name}:${port}` || given === name)) return;
  throw new GhostError("PERMISSION_DENIED", `cannot answer for ${given || "a request without a Host header"}`, {
    hint: `ask http://${inAddress(host)}:${port}`,
  });
}

function addressOf({ listen: { host, port } }: NodeDoor): string {
  return `${inAddress(host)}:${port}`;
}

function inAddress(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
