import { test } from "uvu";
import * as assert from "uvu/assert";
import { sharedNamespaces } from "./shared-namespaces.ts";

const app = (project: string, name: string, folder = `/${project}/${name}`) => ({
  project,
  name,
  app: {
    file: `${folder}/.ghost.yaml`,
    config: "{}",
    grants: [],
    logsPath: null,
    monitored: true,
    says: { type: false, restart: false },
  },
});

const asItIs = (file: string): string => file;

test("apps of one name from two folders are named, each once", () => {
  assert.equal(sharedNamespaces([app("shop", "api"), app("blog", "api"), app("shop", "api"), app("blog", "web")], asItIs), [
    "blog/api and shop/api share keys, SQL and sagas in the hub, for they are all called api (give them names of their own)",
  ]);
});

test("one folder in two projects is one app, and what is no app has no namespace", () => {
  const definitions = [app("shop", "api", "/api"), app("ghosts", "api", "/api"), { project: "blog", name: "api", app: null }];
  assert.equal(sharedNamespaces(definitions, asItIs), []);
  assert.equal(
    sharedNamespaces([app("shop", "api", "/a"), app("ghosts", "api", "/link")], () => "/a"),
    [],
  );
});

test.run();
