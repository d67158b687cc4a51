import { test } from "uvu";
import * as assert from "uvu/assert";
import { interpolate } from "./interpolate.ts";
import { portReference } from "./port-references.ts";
import { SecretKeeper } from "./secret-keeper.ts";
import { isSecretName, maskReferences, secretReference } from "./secrets.ts";

const VARIABLES = { A: "1", EMPTY: "", B: "${A}", DB_PASSWORD: "hunter2", ESC: "\u001b[0m" };

function fill(text: string, secrets = new SecretKeeper()): string {
  const { pieces, problems } = interpolate(text, VARIABLES, secrets);
  assert.equal(problems, []);
  return pieces.map((piece) => piece.text).join("");
}

const FILLED: [string, string][] = [
  ["plain", "plain"],
  ["${A}", "1"],
  ["x${A}y${A}", "x1y1"],
  ["${EMPTY}", ""],
  ["${EMPTY:-d}", "d"],
  ["${NO:-d e}", "d e"],
  ["${NO:-}", ""],
  ["${A:-d}", "1"],
  ["$${A}", "${A}"],
  ["a$${A}${A}", "a${A}1"],
  ["$A $$ $", "$A $$ $"],
  ["${NO:-${A}}", "1"],
  ["${NO:-${ALSO:-x}}y", "xy"],
  ["${B}", "${A}"],
  ["-p ${ports.web}:${ports.api.web}", `-p ${portReference("web")}:${portReference("api.web")}`],
  ["$${ports.web}", "${ports.web}"],
  ["${NO:-${ports.web}}", portReference("web")],
];
for (const [text, result] of FILLED) test(`${text} becomes "${result}"`, () => assert.is(fill(text), result));

const PROBLEMS: [string, RegExp][] = [
  ["${NO}", /NO.*not set/],
  ["${A", /no closing/],
  ["${}", /neither/],
  ["${A-b}", /neither/],
  ["${a b}", /neither/],
  ["${ports.}", /neither/],
  ["${ports.a.b.c}", /neither/],
  ["${ports.web:-80}", /neither \$\{ports\.NAME\}/],
  ["${A:?x}", /neither/],
  ["${NO:-${NO2}}", /NO2.*not set/],
  ["${ESC}", /control character/],
  ["${toString}", /not set/],
  [`${"${N:-".repeat(12)}x${"}".repeat(12)}`, /nested deeper/],
];
for (const [text, problem] of PROBLEMS) {
  test(`${text} cannot be filled in`, () => {
    const { problems } = interpolate(text, VARIABLES, new SecretKeeper());
    assert.match(problems[0]?.message ?? "", problem);
    assert.ok(problems[0]?.hint);
  });
}

test("the value of a variable that is named like a secret is kept apart", () => {
  const secrets = new SecretKeeper();
  const text = fill("pg://u:${DB_PASSWORD}@h", secrets);
  assert.is(maskReferences(text), "pg://u:******@h");
  assert.is(secrets.reveal(text), "pg://u:hunter2@h");
  assert.equal(secrets.valuesUsedBy([text]), { DB_PASSWORD: "hunter2" });
});

test("a default for a secret is a secret; another default under the same name is kept beside it", () => {
  const secrets = new SecretKeeper();
  const text = fill("${API_TOKEN:-one} ${API_TOKEN:-two} ${API_TOKEN:-one}", secrets);
  assert.is(maskReferences(text), "****** ****** ******");
  assert.is(secrets.reveal(text), "one two one");
});

test("secrets that nothing refers to are left behind", () => {
  const secrets = new SecretKeeper();
  secrets.keep("A_TOKEN", "a");
  secrets.keep("B_TOKEN", "b");
  assert.equal(secrets.valuesUsedBy({ deep: [{ text: `x${secretReference("B_TOKEN")}` }] }), { B_TOKEN: "b" });
});

test("names of secrets are told from names of places and of other things", () => {
  for (const name of ["DB_PASSWORD", "GITHUB_TOKEN", "API_KEY", "apikey", "PGPASSWORD", "AUTH", "X-AUTH-HEADER"])
    assert.ok(isSecretName(name), name);
  for (const name of ["PATH", "PORT", "KEYBOARD", "AUTHOR", "SSH_AUTH_SOCK", "DB_PASSWORD_FILE", "TOKEN_DIR", "MONKEY"])
    assert.not(isSecretName(name), name);
});

test.run();
