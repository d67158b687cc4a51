import { test } from "uvu";
import * as assert from "uvu/assert";
import { Observers } from "./observers.ts";

test("an observer that throws is logged once, and keeps neither the others nor the caller from anything", () => {
  const logged: string[] = [];
  const seen: number[] = [];
  const observers = new Observers<number>((text) => logged.push(text));
  observers.add(() => {
    throw new Error("no such thing");
  });
  const end = observers.add((value) => seen.push(value));
  for (const value of [1, 2]) observers.tell(value);
  end();
  observers.tell(3);
  assert.equal(seen, [1, 2]);
  assert.is(logged.length, 1);
  assert.match(logged[0] ?? "", /no such thing/);
});

test.run();
