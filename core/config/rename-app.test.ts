import { test } from "uvu";
import * as assert from "uvu/assert";
import { renameInAppFile, renameInPackage, renameInReadme, traitsOf } from "./rename-app.ts";

const FILE = `# Mine
app:
  id: hello   # the process
  name: 'Hello there'
  description: ""
core: { dataPath: ./var/db/, logsPath: /var/log/hello }
environment: { id: hello }
`;

test("an app's file takes another name, and keeps all else", () => {
  const renamed = FILE.replace("id: hello   #", 'id: "tpl"   #').replace("'Hello there'", '"tpl"');
  assert.is(renameInAppFile(FILE, { name: "tpl", description: "" }), renamed);
  assert.is(renameInAppFile(FILE, { name: "tpl", description: "new" }), renamed.replace('description: ""', 'description: "new"'));
  assert.is(renameInAppFile("type: service\n", { name: "tpl", description: "new" }), "type: service\n");
  assert.is(renameInAppFile("app: [", { name: "tpl", description: "" }), "app: [");
});

test("its id and where it writes are known", () => {
  assert.equal(traitsOf(FILE), { id: "hello", written: ["logs", "data", "var/db"], secrets: [] });
  assert.equal(traitsOf("type: service\n"), { id: null, written: ["logs", "data"], secrets: [] });
});

test("a package and its lock take the name, and nobody else's", () => {
  const lock = '{ "name": "hello", "packages": { "": { "name": "hello" }, "x": { "name": "hello-x" } } }';
  assert.is(renameInPackage(lock, "tpl"), lock.replaceAll('"hello"', '"tpl"'));
  assert.is(renameInPackage("{", "tpl"), "{");
});

test("a README takes it where it is surely the app that is meant", () => {
  const text =
    "# hello\n\nIt says hello: `ghost run hello --watch`, `ghost data query x hello`, `ghost saga show hello 1`, `ghost run hello-x`\n";
  const renamed =
    "# tpl\n\nIt says hello: `ghost run tpl --watch`, `ghost data query x hello`, `ghost saga show tpl 1`, `ghost run hello-x`\n";
  assert.is(renameInReadme(text, "hello", "tpl"), renamed);
});

test("files of secrets are those that it names in its own folder", () => {
  const text = `env_file: [./prod.env, /etc/shop.env]
environment: { A: { from_file: secrets/a }, B: { from_file: ../b }, C: c }
encryption: { key_file: shop.key }
`;
  assert.equal(traitsOf(text).secrets, ["prod.env", "secrets/a", "shop.key"]);
  assert.equal(traitsOf("a: &a [*a]\nenv_file: *nowhere\n").secrets, []);
});

test.run();
