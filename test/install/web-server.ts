import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What stands at an address. */
export type Answer =
  | { readonly kind: "file"; readonly bytes: Buffer | string }
  /** Announces the whole file, sends half of it, and hangs up. */
  | { readonly kind: "truncated"; readonly bytes: Buffer }
  /** Sends half of the file and then nothing more. */
  | { readonly kind: "stalled"; readonly bytes: Buffer };

/** A web server on loopback that publishes programs as a release does. */
export interface WebServer extends AsyncDisposable {
  /** What goes into `GHOST_BASE_URL`. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** Puts an answer at a path such as `/ghost-linux-x64`; everything else is 404. */
  put(path: string, answer: Answer): void;
  /** Publishes a program with its true SHA-256. */
  publish(path: string, bytes: Buffer): void;
}

/** Starts a server on a free port; `await using` closes it. */
export async function startWebServer(): Promise<WebServer> {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const answer = answers.get(request.url ?? "");
    if (!answer) return response.writeHead(404).end("nothing here\n");
    if (answer.kind === "file") return response.end(answer.bytes);
    response.writeHead(200, { "content-length": answer.bytes.length });
    response.write(answer.bytes.subarray(0, answer.bytes.length / 2), () => answer.kind === "truncated" && response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const put = (path: string, answer: Answer) => void answers.set(path, answer);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    put,
    publish(path, bytes) {
      put(path, { kind: "file", bytes });
      put(`${path}.sha256`, { kind: "file", bytes: `${createHash("sha256").update(bytes).digest("hex")}  ${path.slice(1)}\n` });
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
