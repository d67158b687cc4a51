// How a program under Bun takes it: `http.listen` and `Bun.serve` do not, `net` does, and passes the connections on.
import { createServer } from "node:http";
import net from "node:net";

const http = createServer((_, response) => response.end(String(process.pid)));
net.createServer((socket) => http.emit("connection", socket)).listen({ fd: 3 });
