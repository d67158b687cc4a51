import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HealthCheck, ProcessDefinition } from "./definition.ts";
import { foregroundNotes } from "./foreground-notes.ts";
import { definitionOf } from "./from-program.ts";
import { LIMITS_DEFAULT, WATCH_DEFAULT } from "./read-policies.ts";

const plain = definitionOf("web", "ghosts", "/srv/web", ["web"]);
const check = (probe: HealthCheck["probe"]): HealthCheck => ({
  probe,
  periodMs: 1,
  timeoutMs: 1,
  failures: 1,
  successes: 1,
  startGraceMs: 1,
  restart: false,
});
const as = { isRoot: true, isWatched: true };
const need = (name: string) => ({ name, condition: "started", onLoss: "ignore" }) as const;

const NOTES: readonly (readonly [string, Partial<ProcessDefinition>, Partial<typeof as>, readonly RegExp[]])[] = [
  ["nothing of it", {}, { isRoot: false, isWatched: false }, []],
  [
    "a schedule",
    { schedule: { cron: "@daily", timezone: null, overlap: false } },
    {},
    [/^`schedule` has no meaning .*: it runs now, once$/],
  ],
  ["instances", { instances: 3 }, {}, [/^`instances` has no meaning .* ghost start web starts 3$/]],
  ["what it needs", { dependsOn: [need("db"), need("mail")] }, {}, [/^`depends_on` .*: ghost start db mail has it there$/]],
  [
    "limits",
    { limits: { ...LIMITS_DEFAULT, memoryBytes: 1, openFiles: 9, cpu: 1, pids: 2 } },
    {},
    [/^`resource_limits`: cpu and pids cannot/],
  ],
  ["hooks", { on: { failed: "true" } }, {}, [/^`on` has no meaning/]],
  ["a watch that is not asked for", { watch: WATCH_DEFAULT }, { isWatched: false }, [/with --watch only$/]],
  ["a watch that is", { watch: WATCH_DEFAULT }, {}, []],
  ["a check of its log", { healthCheck: check({ kind: "log", pattern: "ready" }) }, {}, [/`health_check: \{ log \}` has no meaning/]],
  ["any other check", { healthCheck: check({ kind: "tcp", host: "::1", port: "80" }) }, {}, []],
  ["a user, under root", { user: "www-data" }, {}, []],
  ["a user, without root", { user: "www-data" }, { isRoot: false }, [/need root: web runs as you$/]],
];

for (const [what, changes, situation, notes] of NOTES)
  test(`of ${what} ${notes.length === 0 ? "nothing is said" : "is said that it does not count"}`, () => {
    const told = foregroundNotes({ ...plain, ...changes }, { ...as, ...situation });
    assert.is(told.length, notes.length, told.join());
    for (const [index, note] of notes.entries()) assert.match(told[index] ?? "", note);
  });

test.run();
