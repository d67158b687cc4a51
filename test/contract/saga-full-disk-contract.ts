/** What coordinators do while the disk of a log is full. */
import * as assert from "uvu/assert";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { SagaLog } from "../../core/saga/saga-log.ts";
import { waitFor } from "../rig/wait.ts";
import { bound, coordinator, inPlace, notingSteps, type SagaContract } from "./saga-contract.ts";

/** Registers the tests. */
export function sagaFullDiskContract({ name, open }: SagaContract): void {
  const it = inPlace(name, open);
  it("while the disk is full the end of a step waits in memory, and is written down later: the step ran once, and who waits is told the true end", async (_place, log) => {
    const disk = onDisk(log);
    const told: string[] = [];
    await using sagas = coordinator(disk.log, { tell: ({ is }) => told.push(is) });
    const done: string[] = [];
    const fill = {
      name: "b",
      run: () => {
        disk.fill();
        return done.push("b");
      },
    };
    const order = sagas.define("order", [...notingSteps(["a"], done), fill, ...notingSteps(["c"], done)]);
    const others = sagas.define("other", [{ name: "a", run: () => waitFor(() => disk.refused > 0, { what: "the full disk" }) }]);
    const results = [order.start(null, { id: "1" }), others.start(null, { id: "1" })];
    await waitFor(() => disk.refused >= 3, { what: "reports that are refused" });
    assert.equal(told, ["waits"]);
    disk.makeRoom();
    assert.equal(await results[0], { ok: true, value: { a: "a", b: 2, c: "c" } });
    assert.is((await results[1])?.ok, true);
    assert.equal(done, ["a", "b", "c"]);
    assert.equal(told, ["waits", "writes", "rested", "rested"]);
  });

  it("a disk that is full for longer than the lease makes nobody be told of a failure; what is under way is done by whoever has it then", async (_place, log) => {
    const disk = onDisk(log);
    await using sagas = coordinator(disk.log, { leaseMs: 100 });
    const done: string[] = [];
    const fill = async ({ signal }: { signal: { readonly aborted: boolean } }) => {
      done.push("a");
      if (done.length > 1) return;
      disk.fill();
      await waitFor(() => signal.aborted, { what: "the lease to be lost" });
      throw new Error("told to stop");
    };
    const order = sagas.define("order", [{ name: "a", run: fill }, ...notingSteps(["b"], done)]);
    const result = order.start(null, { id: "1" });
    await waitFor(() => disk.claimsRefused > 0, { what: "a claim that is refused" });
    disk.makeRoom();
    assert.is((await result).ok, true);
    assert.equal(done, ["a", "a", "b"]);
  });

  it("a saga that was not begun because the disk is full has failed", async (_place, log) => {
    const disk = onDisk(log);
    await using sagas = coordinator(disk.log);
    disk.fill();
    const result = await sagas.define("order", notingSteps(["a"], [])).start(null, { id: "1" });
    assert.equal(result, { ok: false, error: { message: "cannot write: no room", code: "NO_SPACE" }, compensations: [] });
    assert.is(await log.look("order", "1"), null);
  });
}

/** A log on a disk that a test fills. */
function onDisk(log: SagaLog) {
  const disk = { refused: 0, claimsRefused: 0, fill: () => void (isFull = true), makeRoom: () => void (isFull = false), log };
  let isFull = false;
  const own = bound(log);
  const writing = <Given extends unknown[], Gives>(work: (...given: Given) => Promise<Gives>, refused: () => void) => {
    return async (...given: Given): Promise<Gives> => {
      if (!isFull) return work(...given);
      refused();
      throw new GhostError("NO_SPACE", "cannot write: no room");
    };
  };
  const reports = () => void disk.refused++;
  disk.log = {
    ...own,
    claim: writing(own.claim, () => void disk.claimsRefused++),
    report: writing(own.report, reports),
    renew: writing(own.renew, () => undefined),
  };
  return disk;
}
