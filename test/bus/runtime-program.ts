/** Run by each runtime against a server: `runtime-program SOCKET`. Ends by itself when everything is closed, and prints what it saw. */
import { PortBus } from "../../core/bus/bus.ts";
import { HubPort } from "../../core/bus/hub/hub-port.ts";
import { hubSession, systemClock } from "../../runtime/client/hub-connection.ts";

const path = process.argv[2] ?? "";
const session = hubSession({ path });
const bus = new PortBus(new HubPort(session), { from: "program", clock: systemClock, random: Math.random });
const said: string[] = [];

// Larger than what the system takes at once, in both directions.
const large = new Uint8Array(8_000_000).map((_, index) => index % 251);
const echoes = await Promise.all([large, new Uint8Array(3).fill(9), large].map((bytes) => session.send(["ECHO", bytes])));
said.push(
  `large ${echoes.map((echo) => (echo as Uint8Array).length)} ${(echoes[2] as Uint8Array).every((byte, index) => byte === index % 251)}`,
);

const slow = bus.subscribe<number>("n", { overflow: "block", buffer: 10 });
await slow.ready;
for (let n = 0; n < 3_000; n += 100) await Promise.all(Array.from({ length: 100 }, (_, more) => bus.publish("n", n + more)));
let sum = 0;
for await (const { data } of slow) {
  sum += data;
  if (data === 2_999) break;
}
said.push(`sum ${sum}`);

await using responder = bus.respond<string>("greet", (name) => `hello ${name}`);
await responder.ready;
said.push(await bus.request<string>("greet", "größe"));
await bus[Symbol.asyncDispose]();
await session.close();
const absent = hubSession({ path: `${path}.none` }, { patienceMs: 50 });
said.push((await absent.send(["PING"]).catch((error) => error)).code);
await absent.close();
console.log(said.join("; "));
