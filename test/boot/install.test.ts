import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";

interface Preview {
  readonly unit: string;
  readonly file: { readonly path: string; readonly text: string };
  readonly commands: readonly { readonly command: readonly string[] }[];
}

const unlessLinux = needs("linux");
/** Not every unit has a home in which the test could install ghost. */
const unlessLasting = /^\/(var\/)?tmp\//.test(GHOST[0] as string)
  ? "this checkout lies in a folder that is emptied at will, which no unit is made for"
  : null;

/** A home beside the usual one, in which ghost is installed: a checkout may lie in a folder that is emptied at will, which no unit is made for. */
function makeInstalled(): Home {
  const home = makeHome();
  const bin = join(home.env.HOME as string, ".ghost", "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(GHOST[0] as string, join(bin, "ghost"));
  return home;
}

test.unless(unlessLinux, "--dry-run shows the unit and every command, and does nothing", async () => {
  await using home = makeInstalled();
  const { stdout } = await home.ok(["daemon", "install", "--dry-run"]);
  // There is no USER in the tests' environment, as in a container or under cron.
  const user = (await run(["id", "-un"], { env: home.env })).stdout.trim();
  assert.match(stdout, /^ExecStart=.* daemon --foreground --home /m);
  assert.match(stdout, /^systemctl --user enable ghost-[0-9a-f]{8}\.service/m);
  assert.match(stdout, new RegExp(`^loginctl enable-linger ${user} `, "m"));
  const preview = (await home.ok(["daemon", "install", "--dry-run", "--json"])).json<Preview>();
  assert.match(preview.file.path, /\/\.config\/systemd\/user\/ghost-[0-9a-f]{8}\.service$/);
  assert.not(existsSync(preview.file.path));
  assert.not(existsSync(join(home.dir, "run")));
});

test.unless(unlessLinux, "the usual home has the plain name", async () => {
  await using home = makeInstalled();
  const args = ["daemon", "install", "--dry-run", "--json", "--home", join(home.env.HOME as string, ".ghost")];
  assert.is((await home.ok(args)).json<Preview>().unit, "ghost.service");
});

test.unless(unlessLinux ?? unlessLasting ?? needs("systemd-analyze"), "systemd finds nothing to complain of in either unit", async () => {
  await using home = makeInstalled();
  // A real program, because that it is there is among what is verified; and a home whose name has to be quoted.
  const odd = join(home.work, "a home, 100% $odd");
  for (const scope of [[], ["--system"]]) {
    for (const place of [home.dir, odd]) {
      const { file, unit } = (await home.ok(["daemon", "install", ...scope, "--dry-run", "--json", "--home", place])).json<Preview>();
      const path = home.write(unit, file.text);
      const verified = await run(["systemd-analyze", ...(scope.length > 0 ? [] : ["--user"]), "verify", path], {
        env: { ...home.env, XDG_RUNTIME_DIR: home.work },
      });
      const complaints = verified.stderr.split("\n").filter((line) => line.includes(unit));
      assert.equal(complaints, [], verified.stderr);
      if (scope.length > 0) assert.is(verified.code, 0, verified.stderr);
    }
  }
});

test.unless(
  unlessLinux ?? unlessLasting ?? needs("systemctl", "groupadd", "root"),
  "for an image: the unit is written and enabled below its root, and taken away again",
  async () => {
    await using home = makeInstalled();
    const root = join(home.work, "image");
    home.write("image/etc/group", "root:x:0:\n");
    await home.ok(["daemon", "install", "--system", "--root", root]);
    const unit = join(root, "etc/systemd/system/ghost.service");
    assert.match(readFileSync(unit, "utf8"), /--home \/var\/lib\/ghost --manifests \/etc\/ghost --group ghost/);
    assert.ok(existsSync(join(root, "etc/systemd/system/multi-user.target.wants")));
    assert.match(readFileSync(join(root, "etc/group"), "utf8"), /^ghost:/m);
    assert.is(statSync(join(root, "etc/ghost")).mode & 0o777, 0o755);
    // Again is as good.
    await home.ok(["daemon", "install", "--system", "--root", root]);
    const { stderr } = await home.ok(["daemon", "uninstall", "--system", "--root", root]);
    assert.match(stderr, /\/var\/lib\/ghost with its definitions, logs and data stays/);
    assert.not(existsSync(unit));
    assert.not(existsSync(join(root, "etc/systemd/system/multi-user.target.wants/ghost.service")));
    assert.is((await home.ghost(["daemon", "uninstall", "--system", "--root", root])).code, 3);
  },
);

test.unless(
  unlessLinux ?? (existsSync("/run/systemd/system") ? "systemd runs here" : null),
  "without systemd the remedy is named",
  async () => {
    await using home = makeHome();
    const cases = [
      ["install", /cannot install a boot unit: this system does not run systemd[\s\S]*ghost daemon --foreground/],
      ["uninstall", /cannot uninstall a boot unit: this system does not run systemd[\s\S]*ghost daemon stop/],
    ] as const;
    for (const [verb, expected] of cases) {
      const { code, stderr } = await home.ghost(["daemon", verb]);
      assert.is(code, 2);
      assert.match(stderr, expected);
    }
  },
);

test("what is only for the foreground is refused in the background", async () => {
  await using home = makeHome();
  const { code, stderr } = await home.ghost(["daemon", "start", "--manifests", home.work]);
  assert.is(code, 2);
  assert.match(stderr, /--manifests is for a daemon in the foreground/);
  writeFileSync(join(home.work, "none"), "");
  assert.is((await home.ghost(["daemon", "--foreground", "--group", "no-such-group"])).code, 2);
});

test.run();
