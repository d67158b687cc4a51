import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Flag } from "../command.ts";
import { wantedIn } from "./line.ts";

const FLAGS: readonly Flag[] = [
  { flags: "--namespace <N>", about: "" },
  { flags: "-n, --lines <N>", about: "" },
  { flags: "--meta", about: "" },
  { flags: "-t, --template <T>", about: "" },
];

const CASES: [string, string | null][] = [
  ["bus sub or", "channels or"],
  ["bus sub a b ", "channels "],
  ["bus sub -n 3 or", "channels or"],
  ["bus sub --lines=3 or", "channels or"],
  ["bus pub ", "channels "],
  ["bus pub orders ", null],
  ["bus request pr", "channels pr"],
  ["bus stream ", null],
  ["bus stream read jo", "streams jo"],
  ["bus stream read jobs ", null],
  ["data get user:", "values user:"],
  ["data get a ", "values "],
  ["data get --meta a", "values a"],
  ["data get --namespace shop a", "values a of shop"],
  ["data get --namespace sh", "namespaces sh"],
  ["data --namespace=shop del a", "keys a of shop"],
  ["data set a", "values a"],
  ["data set a ", null],
  ["data scan a", null],
  ["data get --me", null],
  ["data get -n ", null],
  ["data --home /x get a", "values a in /x"],
  ["run he", "apps he"],
  ["test ", "apps "],
  ["run hello a", null],
  ["run hello -- a", null],
  ["run -- a", null],
  ["sdk up", null],
  ["sdk update a b", "apps b"],
  ["saga list o", "sagas o"],
  ["saga show or", "sagas or"],
  ["saga show order 1", "saga-ids 1"],
  ["saga skip --namespace shop order 1", "saga-ids 1 of shop"],
  ["saga skip order 1 charge", null],
  ["create shop -t ba", "templates ba"],
  ["status a", null],
  ["", null],
];

for (const [line, expected] of CASES) {
  test(`ghost ${line}| asks for ${expected}`, () => {
    const wanted = wantedIn(line.split(" "), FLAGS);
    const { kind, prefix, namespace, home } = wanted ?? {};
    const said = wanted && `${kind} ${prefix}${namespace ? ` of ${namespace}` : ""}${home ? ` in ${home}` : ""}`;
    assert.is(said, expected);
  });
}

test.run();
