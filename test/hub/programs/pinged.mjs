// Listens on the unix socket that its argument names and answers as a hub does: PING, and GHOST.HEALTH with three clients. `SPIN ms` has it compute so
// long and do nothing else; `SLEEP` has it do nothing at all any more.
import { createServer } from "node:net";

const ACCOUNT = JSON.stringify({ status: "healthy", checks: { sqlite: { latencyMs: 1 } }, clients: 3 });

function obey(socket, word, value) {
  if (word === "PING") socket.write("+PONG\r\n");
  if (word === "GHOST.HEALTH") socket.write(`$${ACCOUNT.length}\r\n${ACCOUNT}\r\n`);
  if (word === "SPIN") for (const end = Date.now() + value; Date.now() < end; );
  if (word === "SLEEP") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    const words = bytes.toString().matchAll(/(PING|GHOST\.HEALTH|SLEEP|SPIN)\r\n(?:\$\d+\r\n(\d+))?/g);
    for (const [, word, value] of words) obey(socket, word, Number(value));
  });
}).listen(process.argv[2]);
