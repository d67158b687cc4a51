import { test } from "uvu";
import * as assert from "uvu/assert";
import type { DaemonNode } from "../../runtime/daemon/node.ts";
import { type OpenApi, openApi } from "../../runtime/daemon/openapi.ts";
import { routes } from "../../runtime/daemon/routes.ts";
import { makeHome } from "../rig/home.ts";
import { ask } from "./requests.ts";

/** `GET /v1/x/{name}` of every route. */
function served(): string[] {
  return routes({} as DaemonNode).map(({ method, pattern }) => `${method} ${pattern.replace(/:(\w+)\*?/g, "{$1}")}`);
}

function described({ paths }: OpenApi): string[] {
  return Object.entries(paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`));
}

test("every route is described, and everything described is a route", () => {
  assert.equal(described(openApi("1")).sort(), served().sort());
});

test("every reference leads to a schema, every schema is used, every piece of an address is a parameter", () => {
  const document = openApi("1");
  const text = JSON.stringify(document);
  const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name as string));
  assert.equal([...used].sort(), Object.keys(document.components.schemas).sort());
  for (const [path, operations] of Object.entries(document.paths)) {
    const pieces = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const operation of Object.values(operations)) {
      const inPath = (operation?.parameters ?? []).filter((parameter) => parameter.in === "path").map(({ name }) => name);
      assert.equal(inPath, pieces, path);
    }
  }
});

test("what the daemon answers with has the keys that its schemas require", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  await home.ok(["register", "--start"]);
  const document = (await ask(home, "GET", "/v1/openapi.json")).json<OpenApi>();
  const keys = (name: string): string[] => Object.keys(document.components.schemas[name]?.properties as object).sort();
  const [process] = (await ask(home, "GET", "/v1/processes")).json<[object]>();
  assert.equal(Object.keys(process).sort(), keys("Process"));
  assert.equal(Object.keys((await ask(home, "GET", "/v1/system")).json<object>()).sort(), keys("System"));
  const [entry] = (await ask(home, "GET", "/v1/history")).json<[object]>();
  assert.equal(Object.keys(entry).sort(), keys("HistoryEntry"));
  const [manifest] = (await ask(home, "GET", "/v1/manifests")).json<[object]>();
  assert.equal(Object.keys(manifest).sort(), keys("ManifestHead"));
});

test.run();
