// A Node server on the listener that Ghost holds; it answers what it has accepted before it ends.
import { createServer } from "node:http";

const server = createServer((_, response) => setTimeout(() => response.end(String(process.pid)), 5));
server.listen({ fd: 3 });
process.on("SIGTERM", () => server.close(() => process.exit(0)));
