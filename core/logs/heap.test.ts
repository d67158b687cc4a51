import { test } from "uvu";
import * as assert from "uvu/assert";
import { Heap } from "./heap.ts";

/** Numbers that look random and are the same each time. */
function numbers(count: number): number[] {
  let last = 1;
  return Array.from({ length: count }, () => {
    last = (last * 48_271) % 2_147_483_647;
    return last % 100;
  });
}

test("the first is always the least, while items go and change", () => {
  for (const count of [0, 1, 2, 3, 7, 100]) {
    const items = numbers(count).map((value) => ({ value }));
    const heap = new Heap(items, (one, other) => one.value < other.value);
    const left = [...items];
    for (let step = 0; left.length > 0; step++) {
      const least = Math.min(...left.map(({ value }) => value));
      const { first } = heap;
      assert.equal([first?.value, heap.size], [least, left.length]);
      if (first && step % 2 === 0) {
        first.value += 30;
        heap.firstChanged();
        if (step > 10 * count) break;
      } else {
        left.splice(left.indexOf(first as { value: number }), 1);
        heap.removeFirst();
      }
    }
    if (count < 2) assert.is(heap.first, undefined);
  }
});

test.run();
