// How a Node program takes the listener: no address, but the descriptor.
import { createServer } from "node:http";

createServer((_, response) => response.end(String(process.pid))).listen({ fd: 3 });
