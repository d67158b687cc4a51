/** An app that may use the orchestrator, among processes that it can conduct. */
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

/** What the app of `conduct` conducts. */
const PROCESSES = `project: orchestra
processes:
  - { name: redis, command: sleep 1000, restart: true }
  - { name: api, command: sleep 1000, restart: true, depends_on: [redis] }
`;

/** Runs a program as an app that is granted the orchestrator, in a home of its own, until it has ended well; gives what it logged. */
export async function conduct(program: string): Promise<string> {
  await using home = makeHome();
  home.write("processes.yaml", PROCESSES);
  await home.ok(["register", "processes.yaml"]);
  await home.ok(["create", "conductor"]);
  home.write("conductor/.ghost.yaml", "app: { id: conductor }\ngrants: [orchestrator]\n");
  home.write("conductor/app.ts", program);
  await waitFor(async () => (await home.ghost(["start", "conductor"])).code === 0, { what: "the app to be found" });
  const view = await waitFor(
    async () => {
      const now = (await home.ok(["status", "conductor", "--json"])).json<ProcessView>();
      return (now.status === "exited" || now.status === "failed") && now;
    },
    { what: "the conductor to end", seen: async () => (await home.ghost(["logs", "conductor"])).stdout },
  );
  const { stdout } = await home.ghost(["logs", "conductor"]);
  assert.is(view.exitCode, 0, stdout);
  return stdout;
}
