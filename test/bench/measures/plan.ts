import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "../session.ts";
import { timeOften } from "./command-line.ts";

/** Processes that form one chain of dependencies. */
const CHAIN = 10;
/** Nothing is started: the ports are only written down. */
const FIRST_PORT = 20_000;

/** Times how long it takes to learn that a registered file with `count` processes has not changed, in milliseconds. */
export function planTimes(session: Session, count: number, runs: number): number[] {
  const file = join(session.place.base, "declared.yaml");
  writeFileSync(file, declaration(count));
  const commands = session.setup.manifest?.(file);
  if (!commands) throw new Error(`cannot plan with ${session.contender}`);
  session.time(commands.register);
  return timeOften(session, commands.plan, runs);
}

/** As people write it: environment, health checks and dependencies. */
function declaration(count: number): string {
  const one = (index: number) => `  - name: p${index}
    executable: /bin/sleep
    args: '1000'
    restart: true
    environment: { A: '${index}' }
    health_check: { tcp: '127.0.0.1:${FIRST_PORT + index}', period: 5s }
${index % CHAIN === 0 ? "" : `    depends_on: [p${index - 1}]\n`}`;
  return `project: declared\nprocesses:\n${Array.from({ length: count }, (_, index) => one(index)).join("")}`;
}
