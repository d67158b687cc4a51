import { test } from "uvu";
import * as assert from "uvu/assert";
import { renderError } from "./errors.ts";
import { plain } from "./paint.ts";

test("an error has its program's last lines and a hint", () => {
  const lines = renderError(
    {
      code: "START_FAILED",
      message: "cannot start api: it exited with code 3",
      hint: "ghost logs api",
      details: { lastLines: ["Traceback", "  boom"] },
    },
    "/",
    plain,
  );
  assert.equal(lines, ["error: cannot start api: it exited with code 3", "  │ Traceback", "  │   boom", "hint: ghost logs api"]);
});

test("of those that an ambiguous name may mean, the hint is that of the current folder", () => {
  const candidates = [
    { name: "shop/db", source: "/srv/shop/processes.yaml" },
    { name: "blog/db", source: "/srv/blog/processes.yml" },
  ];
  const hintIn = (directory: string): string | undefined =>
    renderError({ code: "USAGE", message: "…", hint: "write shop/db", details: { candidates } }, directory, plain)[1];
  assert.is(hintIn("/srv/blog"), "hint: write blog/db for that of /srv/blog/processes.yml");
  assert.is(hintIn("/srv"), "hint: write shop/db");
});

test("a configuration error is a line with file:line:column for each thing that is wrong", () => {
  const diagnostics = [
    {
      severity: "error",
      file: "/srv/app/processes.yaml",
      line: 3,
      column: 5,
      message: "unknown key restrat",
      hint: "did you mean restart?",
    },
    { severity: "warning", file: "/etc/other.yaml", line: 1, column: 1, message: "it is empty" },
    { severity: "warning", file: "/srv/app/$GHOST_CORE_MODEE", line: 1, column: 1, message: "it overrides nothing" },
  ];
  assert.equal(renderError({ code: "CONFIG_INVALID", message: "…", details: { diagnostics } }, "/srv/app", plain), [
    "processes.yaml:3:5: unknown key restrat",
    "  hint: did you mean restart?",
    "/etc/other.yaml:1:1: warning: it is empty",
    "warning: the environment variable GHOST_CORE_MODEE: it overrides nothing",
    "error: nothing was changed: 1 error in the configuration",
  ]);
  const ofRun = renderError({ code: "CONFIG_INVALID", message: "…", details: { diagnostics } }, "/srv/app", plain, false, "run");
  assert.is(ofRun.at(-1), "error: nothing was run: 1 error in the configuration");
});

test("a program's last lines cannot steer a terminal, and elsewhere stay as they were written", () => {
  const error = { code: "START_FAILED" as const, message: "cannot start api", details: { lastLines: ["a\u001b[2Jb"] } };
  assert.is(renderError(error, "/", plain, true)[1], "  │ ab");
  assert.is(renderError(error, "/", plain)[1], "  │ a\u001b[2Jb");
});

test.run();
