import { test } from "uvu";
import * as assert from "uvu/assert";
import { fillBytes, fillPath, fillText } from "./placeholders.ts";

const WORDS = { name: "_My-Shop", description: "sells $& chairs" };

const TEXTS: readonly (readonly [string, string])[] = [
  ["{{name}}", "_My-Shop"],
  ['"{{package}}": "{{description}}"', '"my-shop": "sells $& chairs"'],
  ["{{ name }} {{other}} {name} {{name}", "{{ name }} {{other}} {name} {{name}"],
  ["${{ secrets.name }} {{{name}}}", "${{ secrets.name }} {_My-Shop}"],
];

for (const [text, filled] of TEXTS) test(`${text} becomes ${filled}`, () => assert.is(fillText(text, WORDS), filled));

test("what is placed in a text is not searched again", () => {
  assert.is(fillText("{{description}}", { name: "a", description: "{{name}}" }), "{{name}}");
});

test("where there is no description, its paragraph is not there either", () => {
  const text = '# {{name}}\n\n{{description}}\n\nA\ndescription: "{{description}}"\n';
  assert.is(fillText(text, { name: "a", description: "" }), '# a\n\nA\ndescription: ""\n');
});

test("a description does not get into paths, where it could lead anywhere", () => {
  assert.is(fillPath("src/{{name}}/{{description}}", { name: "a", description: "../../b" }), "src/a/{{description}}");
});

test("a file that is no text stays as it is", () => {
  for (const bytes of [Buffer.from("{{name}}\0"), Buffer.from([0xff, 0xfe, ...Buffer.from("{{name}}")])]) {
    assert.is(fillBytes(bytes, WORDS), bytes);
  }
  assert.is(Buffer.from(fillBytes(Buffer.from("\ufeffé {{name}}\r\n"), WORDS)).toString(), "\ufeffé _My-Shop\r\n");
});

test.run();
