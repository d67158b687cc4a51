/** The hub's doors: sockets of Bun where it runs on Bun, which cost half of node:net's, and node:net elsewhere. */
import { createServer, type Socket } from "node:net";
import type { Client, ClientSocket } from "./client.ts";
import type { DirectSocket } from "./direct-sockets.ts";
import type { Hub } from "./hub.ts";

/** Where to listen: a path, a port of a host, or a descriptor that somebody else opened. `clientsMax`: connections at once, of those that the hub takes in all. */
export type Door =
  | { readonly path: string; readonly isTrusted: boolean; readonly clientsMax?: number }
  | { readonly host: string; readonly port: number; readonly isTrusted: boolean }
  | { readonly descriptor: number; readonly path: string; readonly isTrusted: boolean };

export interface OpenDoor {
  close(): void;
}

interface BunSocket {
  data: { client: Client | null; direct: DirectSocket | null };
  write(bytes: Uint8Array): number;
  end(): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  readonly remoteAddress?: string;
  readonly fd: number;
}

interface BunListener {
  stop(closeConnections: boolean): void;
}

type BunListen = (options: Record<string, unknown>) => BunListener;

const bunListen = (globalThis as { Bun?: { listen: BunListen } }).Bun?.listen;

/** Opens a door; throws what the system says. */
export function openDoor(hub: Hub, door: Door): Promise<OpenDoor> {
  return bunListen ? Promise.resolve(openWithBun(hub, door, bunListen)) : openWithNode(hub, door);
}

function openWithBun(hub: Hub, door: Door, listen: BunListen): OpenDoor {
  const accept = entrance(hub, door);
  const server = listen({
    ...("descriptor" in door ? { fd: door.descriptor } : "path" in door ? { unix: door.path } : { hostname: door.host, port: door.port }),
    // Who sends nothing more may still wait for replies.
    allowHalfOpen: true,
    socket: {
      open(socket: BunSocket) {
        socket.data = { client: null, direct: null };
        socket.data.client = accept(socketOfBun(socket), socket.remoteAddress);
        if (socket.data.client) socket.data.direct = hub.parts.sockets?.add(socket.fd, socket.data.client) ?? null;
      },
      data(socket: BunSocket, bytes: Buffer) {
        if (socket.data.client) hub.receive(socket.data.client, bytes);
      },
      drain: (socket: BunSocket) => void (socket.data.client && hub.drained(socket.data.client)),
      end(socket: BunSocket) {
        socket.data.direct?.listen(false);
        if (socket.data.client) hub.ended(socket.data.client);
      },
      close: (socket: BunSocket) => gone(hub, socket),
      error: (socket: BunSocket) => gone(hub, socket),
    },
  });
  return { close: () => server.stop(false) };
}

function gone(hub: Hub, { data }: BunSocket): void {
  data?.direct?.forget();
  if (data?.client) hub.gone(data.client);
}

function socketOfBun(socket: BunSocket): ClientSocket {
  let isPaused = false;
  return {
    write(bytes) {
      const sent = socket.data.direct?.send(bytes) ?? 0;
      if (sent === bytes.length) return sent;
      // It waits until the socket takes the rest, or finds out what is wrong with it.
      const taken = socket.write(sent > 0 ? bytes.subarray(sent) : bytes);
      // The other side is gone. While reading is paused, Bun (1.4.5) says it here alone and tells no close.
      if (taken < 0) this.terminate();
      return taken < 0 ? taken : sent + taken;
    },
    end() {
      socket.data.direct?.forget();
      socket.end();
    },
    terminate() {
      socket.data.direct?.forget();
      socket.terminate();
    },
    pause() {
      socket.data.direct?.listen(false);
      if (!isPaused) socket.pause();
      isPaused = true;
    },
    resume() {
      socket.data.direct?.listen(true);
      if (isPaused) socket.resume();
      isPaused = false;
    },
  };
}

function openWithNode(hub: Hub, door: Door): Promise<OpenDoor> {
  const accept = entrance(hub, door);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const client = accept(socketOfNode(socket), socket.remoteAddress);
    if (!client) return;
    socket.on("data", (bytes) => hub.receive(client, bytes));
    socket.on("drain", () => hub.drained(client));
    socket.on("end", () => hub.ended(client));
    socket.on("close", () => hub.gone(client));
    socket.on("error", () => hub.gone(client));
  });
  const place =
    "descriptor" in door ? { fd: door.descriptor } : "path" in door ? { path: door.path } : { host: door.host, port: door.port };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, () => resolve({ close: () => server.close() }));
  });
}

/** Node takes all bytes; what it could not send is told as not taken, so that limits hold, by what waits in it. */
function socketOfNode(socket: Socket): ClientSocket {
  return {
    write(bytes) {
      if (socket.writableNeedDrain) return 0;
      // Node keeps what it cannot send at once; these bytes are the caller's.
      socket.write(Uint8Array.from(bytes));
      return bytes.length;
    },
    end: () => void socket.end(),
    terminate: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/** Lets clients in by a door, as many as it takes at once. */
function entrance(hub: Hub, door: Door): (socket: ClientSocket, remote: string | undefined) => Client | null {
  const clientsMax = ("clientsMax" in door && door.clientsMax) || Number.POSITIVE_INFINITY;
  let inside = 0;
  return (socket, remote) => {
    if (inside >= clientsMax) return hub.refuse(socket);
    const client = hub.accept(socket, addressOf(door, remote), door.isTrusted);
    if (client === null || clientsMax === Number.POSITIVE_INFINITY) return client;
    inside++;
    client.whenGone.add(() => inside--);
    return client;
  };
}

function addressOf(door: Door, remote: string | undefined): string {
  return "path" in door ? `${door.path}:0` : (remote ?? `${door.host}:${door.port}`);
}
