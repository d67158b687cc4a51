import { test } from "uvu";
import * as assert from "uvu/assert";
import { SocketOwners } from "./socket-owners.ts";

/** Sockets 1 to 100, of pids 1001 to 1100. */
const LISTENING = Array.from({ length: 100 }, (_, index) => index + 1);

function makeOwners() {
  const world = { nowMs: 0, looks: 0, dead: new Set<number>(), shift: 1000 };
  const owners = new SocketOwners({
    scan: (inodes) => {
      world.looks += 1;
      return new Map([...inodes].map((inode) => [inode, inode === 666 ? [] : [inode + world.shift]]));
    },
    isAlive: (pid) => !world.dead.has(pid),
    clock: () => world.nowMs,
  });
  return { world, owners };
}

test("a hundred that ask within a moment share one look", () => {
  const { world, owners } = makeOwners();
  for (const inode of LISTENING) assert.equal(owners.of([inode], LISTENING), [inode + 1000]);
  for (const inode of LISTENING) owners.of([inode], LISTENING);
  assert.is(world.looks, 1);
});

test("a look is not used when it is old, does not know the socket, or saw only processes with it that are gone", () => {
  const { world, owners } = makeOwners();
  owners.of([1], LISTENING);
  world.nowMs += 10_000;
  owners.of([1], LISTENING);
  assert.is(world.looks, 2);
  assert.equal(owners.of([200], [...LISTENING, 200]), [1200]);
  assert.is(world.looks, 3);
  world.dead.add(1001);
  world.shift = 2000;
  assert.equal(owners.of([1], LISTENING), [2001]);
  assert.is(world.looks, 4);
});

test("a socket whose owner is not ours to see is not looked for again and again", () => {
  const { world, owners } = makeOwners();
  for (let asked = 0; asked < 3; asked += 1) assert.equal(owners.of([666], [...LISTENING, 666]), []);
  assert.is(world.looks, 1);
});

test.run();
