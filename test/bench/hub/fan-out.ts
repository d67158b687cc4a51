/**
 * `bun fan-out.ts SOCKET SUBSCRIBERS MESSAGES`: subscribes, has redis-benchmark's place taken by one publisher that waits for each reply, and prints
 * deliveries a second. A process of its own, so that it is the same for every server and takes no time from one.
 */
import { connect, type Socket } from "node:net";

const [address = "", subscribers = "1000", messages = "300"] = process.argv.slice(2);
const PAYLOAD = "x".repeat(64);
const wanted = Number(subscribers) * Number(messages);

let received = 0;
const sockets = await Promise.all(Array.from({ length: Number(subscribers) }, open));
const publisher = await open();
const bytesEach = await subscribeAll(sockets);
const startedMs = performance.now();
await publish(publisher);
const done = wanted * bytesEach;
while (received < done) await new Promise((resolve) => setTimeout(resolve, 1));
console.log((wanted / ((performance.now() - startedMs) / 1000)).toFixed(0));
process.exit(0);

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(address, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Subscribes everybody; gives how many bytes a message is. */
async function subscribeAll(all: readonly Socket[]): Promise<number> {
  let confirmed = 0;
  for (const socket of all) {
    socket.once("data", () => {
      confirmed += 1;
      socket.on("data", (chunk) => {
        received += chunk.length;
      });
    });
    socket.write("SUBSCRIBE fan\r\n");
  }
  while (confirmed < all.length) await new Promise((resolve) => setTimeout(resolve, 1));
  return `*3\r\n$7\r\nmessage\r\n$3\r\nfan\r\n$${PAYLOAD.length}\r\n${PAYLOAD}\r\n`.length;
}

async function publish(socket: Socket): Promise<void> {
  for (let sent = 0; sent < Number(messages); sent += 1) {
    socket.write(`PUBLISH fan ${PAYLOAD}\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
  }
}
