import { chmodSync, writeFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { DATA_DEFAULT } from "../../core/config/data-configuration.ts";
import type { GhostError } from "../../core/errors/ghost-error.ts";
import { SILENT } from "../../core/logs/log.ts";
import { decorateData } from "../../runtime/storage/decorated-data.ts";
import { openMemoryData } from "../../runtime/storage/local-data.ts";
import { readMasterKeys } from "../../runtime/storage/master-keys.ts";
import { test } from "../rig/test.ts";
import { makeFolder } from "./folder.ts";

const KEY = Buffer.alloc(32, 5);
const OTHER = Buffer.alloc(32, 6);
const metrics = { increment: () => undefined, recordLatency: () => undefined };

function errorOf(work: () => unknown): GhostError {
  try {
    work();
  } catch (error) {
    return error as GhostError;
  }
  throw new Error("it did not throw");
}

test("keys come from a file that is its owner's alone, or from a variable", () => {
  using folder = makeFolder();
  const keyFile = folder.file("key");
  writeFileSync(keyFile, `${KEY.toString("base64")}\n${OTHER.toString("base64")}\n`, { mode: 0o600 });
  assert.equal(readMasterKeys({ keyFile }, {}).map(Buffer.from), [KEY, OTHER]);
  assert.equal(readMasterKeys({ keyEnv: "DATA_KEY" }, { DATA_KEY: KEY.toString("base64") }).map(Buffer.from), [KEY]);
});

test("a file that others may read, that is not there, or that holds no key is refused, and not shown", () => {
  using folder = makeFolder();
  const keyFile = folder.file("key");
  const missing = errorOf(() => readMasterKeys({ keyFile }, {}));
  assert.equal([missing.code, /openssl rand -base64 32/.test(missing.hint ?? "")], ["CONFIG_NOT_FOUND", true]);
  writeFileSync(keyFile, KEY.toString("base64"), { mode: 0o600 });
  chmodSync(keyFile, 0o640);
  const lax = errorOf(() => readMasterKeys({ keyFile }, {}));
  assert.equal(
    [lax.code, lax.message, lax.hint],
    ["CONFIG_INVALID", `cannot use ${keyFile} as key_file: others may read it (mode 640)`, `chmod 600 ${keyFile}`],
  );
  chmodSync(keyFile, 0o600);
  writeFileSync(keyFile, "correct horse battery staple");
  const wrong = errorOf(() => readMasterKeys({ keyFile }, {}));
  assert.is(wrong.code, "ENCRYPTION_KEY_INVALID");
  assert.not.match(wrong.message, /horse/);
});

test("a variable that is not set is an error, not plaintext", async () => {
  await using core = await openMemoryData();
  const configuration = { ...DATA_DEFAULT, encryption: { keyEnv: "DATA_KEY" } };
  const parts = { namespace: "shop", log: SILENT, metrics };
  const error = await decorateData(core, configuration, { ...parts, environment: {} }).catch((reason: GhostError) => reason);
  assert.is((error as GhostError).code, "ENCRYPTION_KEY_INVALID");
  assert.match((error as GhostError).message, /the variable DATA_KEY is not set/);
  const { data } = await decorateData(core, configuration, { ...parts, environment: { DATA_KEY: KEY.toString("hex") } });
  await data.set("key", "secret");
  assert.is(await data.get("key"), "secret");
  assert.match(String(await core.get("key")), /^ghost-sealed/);
});

test.run();
