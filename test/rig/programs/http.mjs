// http.mjs PORT [LABEL]: an HTTP server on 127.0.0.1 that answers every request with "LABEL PID" and says "listening PORT".
import { createServer } from "node:http";

const [port = "0", label = "ok"] = process.argv.slice(2);
const server = createServer((_request, response) => response.end(`${label} ${process.pid}\n`));
server.listen(Number(port), "127.0.0.1", () => console.log(`listening ${server.address().port}`));
process.once("SIGTERM", () => process.exit(0));
