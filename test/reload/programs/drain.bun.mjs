// The same under Bun, where only `net` accepts on a descriptor.
import { createServer } from "node:http";
import net from "node:net";

let open = 0;
let ending = false;
const endIfIdle = () => ending && open === 0 && process.exit(0);
const http = createServer((_, response) => setTimeout(() => response.end(String(process.pid)), 5));
const server = net.createServer((socket) => {
  open += 1;
  socket.on("close", () => {
    open -= 1;
    endIfIdle();
  });
  http.emit("connection", socket);
});
server.listen({ fd: 3 });
process.on("SIGTERM", () => {
  ending = true;
  server.close();
  // What was accepted in this turn is told in the next.
  setTimeout(endIfIdle, 50);
});
