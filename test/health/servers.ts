/** Servers that answer health checks as the tests want. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A server of one test, on 127.0.0.1. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** Connections that were made so far. */
  connections(): number;
  /** Those that are open now. */
  open(): number;
  /** Connections that were cut instead of ended. */
  resets(): number;
  /** What the last connection sent, as text. */
  lastRequest(): string;
  /** Ends all connections and refuses new ones. */
  close(): Promise<void>;
  /** Listens again on the same port. */
  reopen(): Promise<void>;
}

/** Serves every connection with `serve`, which is called when a request's head is there, or at once with `greets`. */
export async function startServer(serve: (socket: Socket) => void, { greets = false, port = 0 } = {}): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let resets = 0;
  let lastRequest = "";
  const accept = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {
      resets += 1;
    });
    socket.once("close", () => sockets.delete(socket));
    let request = "";
    let served = greets;
    if (greets) serve(socket);
    socket.on("data", (bytes: Buffer) => {
      request += bytes.toString();
      lastRequest = request;
      if (served || !request.includes("\r\n\r\n")) return;
      served = true;
      serve(socket);
    });
  };
  let server = await listen(accept, port);
  const at = (server.address() as AddressInfo).port;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    port: at,
    connections: () => connections,
    open: () => sockets.size,
    resets: () => resets,
    lastRequest: () => lastRequest,
    close,
    reopen: async () => {
      server = await listen(accept, at);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** A whole answer, after which the connection is ended. */
export function respond(socket: Socket, status: string, body = "", headers: readonly string[] = []): void {
  socket.end([`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, "", body].join("\r\n"));
}

/** A web server whose answer can be changed: a status line such as `200 OK`. */
export async function startWeb(status: string, body = ""): Promise<TestServer & { answer(status: string): void }> {
  let current = status;
  const server = await startServer((socket) => respond(socket, current, body));
  return {
    ...server,
    answer: (next) => {
      current = next;
    },
  };
}

function listen(accept: (socket: Socket) => void, port: number): Promise<Server> {
  const server = createServer(accept);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
