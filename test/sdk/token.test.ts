import * as assert from "uvu/assert";
import { connectHub, hubSocket } from "../hub/asking.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { makeApp } from "./app-rig.ts";

const APP = `
import { Ghost } from "ghost-sdk";
await Ghost.data.set("mine", 1).then(() => console.log("stored"), ({ code, message, hint }) => console.log(code, message, "hint:", hint));
await Ghost.close();
`;

test("a token that is set is used by SDK and commands, and refused where it is none, with or without a dot", async () => {
  await using home = makeHome();
  using app = makeApp();
  await home.ok(["hub", "start"]);
  for (const GHOST_TOKEN of ["wrong", "shop.wrong"]) {
    const { stdout, stderr } = await app.run(APP, { env: { GHOST_HUB: hubSocket(home), GHOST_TOKEN } });
    assert.match(stdout, /^UNAUTHORIZED cannot log in to the hub: the token is not valid here hint: ghost hub token NAME /, stderr);
    const refused = await home.ghost(["data", "set", "mine", "1"], { env: { ...home.env, GHOST_TOKEN } });
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /^error: cannot log in to the hub: the token is not valid here$/m);
  }
  const GHOST_TOKEN = (await home.ok(["hub", "token", "shop"])).stdout.trim();
  assert.is((await app.run(APP, { env: { GHOST_HUB: hubSocket(home), GHOST_TOKEN } })).stdout, "stored\n");
  const own = { env: { ...home.env, GHOST_TOKEN } };
  assert.match((await home.ok(["data", "get", "mine"], own)).stdout, /^1$/m);
  assert.equal((await home.ok(["saga", "list", "--json"], own)).json(), []);
  assert.is((await home.ghost(["data", "get", "mine", "--namespace", "other"], own)).code, 1, "an app is no operator");
  using hub = await connectHub(hubSocket(home));
  assert.is(await hub.ask("EXISTS", "mine"), 0, "nothing came into the operator's namespace");
});

test.run();
