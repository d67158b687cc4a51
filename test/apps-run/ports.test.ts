import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EnvironmentView, ProcessDetail } from "../../core/api/wire.ts";
import { type Foreground, inForeground } from "../cli/foreground.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

const SERVER = `import { createServer } from "node:http";
createServer((_, response) => response.end("well")).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("port", process.env.PORT, process.env.GHOST_HOME));
`;

/** `again`: what else the file says. */
function app(home: Home, port: string, again = ""): void {
  home.write(
    ".ghost.yaml",
    `app: { id: web }
ports: { ${port}: auto }
environment: { PORT: "\${ports.${port}}" }
health_check: { http: "http://127.0.0.1:\${ports.web.${port}}/", period: 100ms, start_grace: 5s, restart: true }
${again}`,
  );
  home.write("app.js", SERVER);
}

/** The port of each run so far, and the home. */
function runsOf(session: Foreground): { ports: number[]; root: string } {
  const told = [...session.out().matchAll(/^port (\d+) (.*)$/gm)];
  return { ports: told.map(([, port]) => Number(port)), root: told[0]?.[2] ?? "" };
}

/** Its account, once its check passes. */
async function healthy(home: Home, root = home.dir): Promise<{ status: ProcessDetail; port: string | undefined }> {
  const env = { ...home.env, GHOST_HOME: root };
  const look = async () => {
    const { code, stdout } = await home.ghost(["status", "web", "--json"], { env });
    const status = code === 0 ? (JSON.parse(stdout) as ProcessDetail) : null;
    return status?.health === "healthy" && status;
  };
  const status = await waitFor(look, { what: "a check that passes" });
  const { variables } = (await home.ok(["env", "web", "--json"], { env })).json<EnvironmentView>();
  return { status, port: variables.find(({ key }) => key === "PORT")?.value };
}

test("a port that is `auto` is one number for the app, its health check, status and env", async () => {
  await using home = makeHome();
  app(home, "http");
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  const { status, port } = await healthy(home);
  const [got] = runsOf(session).ports;
  assert.equal([status.ports, port, status.restarts], [{ http: got }, String(got), 0]);
});

test("it is one number in an isolated run, too, and after the daemon was killed", async () => {
  await using home = makeHome();
  app(home, "http");
  await using session = inForeground(["run", "--isolated"], { cwd: home.work, env: home.env });
  await session.said(/port/);
  const { ports, root } = runsOf(session);
  const env = { ...home.env, GHOST_HOME: root };
  assert.equal((await healthy(home, root)).status.ports, { http: ports[0] });
  await home.ok(["daemon", "restart"], { env });
  assert.equal((await healthy(home, root)).status.ports, { http: ports[0] });
  await session.end("SIGTERM");
});

test("with --watch a port and a check that the file names meanwhile are those that count", async () => {
  await using home = makeHome();
  app(home, "http");
  await using session = inForeground(["run", "--watch"], { cwd: home.work, env: home.env });
  await healthy(home);
  await waitFor(
    async () => {
      app(home, "admin", `# ${performance.now()}\n`);
      return runsOf(session).ports.length > 1;
    },
    { what: "another run", pauseMs: 300, seen: () => session.text() },
  );
  // A second write may have brought a third run, with a port of its own.
  const isOne = async (): Promise<boolean> => {
    const { ports } = (await healthy(home)).status;
    return ports.admin !== undefined && ports.admin === runsOf(session).ports.at(-1);
  };
  await waitFor(isOne, { what: "the port of the last run", seen: () => session.text() });
});

test.run();
