/**
 * The pump's thread: it sleeps in `epoll_wait` until a FIFO has bytes, a watched process ends, somebody waits at a watched listener or the main thread
 * rings, and never returns to its event loop. Two epoll instances: `urgent` (the bell, the watched processes and listeners) stands in
 * `all` beside the FIFOs, so that a pause in pumping still hears what is urgent.
 */
import { closeSync, readSync } from "node:fs";
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { EPOLLIN, Epoll } from "../system/epoll.ts";
import { COUNTER, type PumpCommand, type PumpReport, type PumpWorkerData } from "./messages.ts";
import { ExitWatch } from "./worker/exits.ts";
import { openPumpLibc, type PumpLibc } from "./worker/linux.ts";
import { ListenerWatch } from "./worker/listeners.ts";
import { StreamTable } from "./worker/streams.ts";
import { Tidy } from "./worker/tidy.ts";

/** How long pumping rests after a round that found little, so that bytes gather and one call moves many, in milliseconds. */
const REST_MS = 1;
/** Slot of the bell in `urgent`: no process has this pid. */
const BELL = 0;
/** Slot of `urgent` in `all`. */
const URGENT = 0xffff_ffff;

function run(data: PumpWorkerData, libc: PumpLibc): void {
  const { port, wakeFd } = data;
  const counters = new Float64Array(data.counters);
  const tell = (report: PumpReport) => port.postMessage(report);
  const urgent = new Epoll(libc);
  const all = new Epoll(libc);
  urgent.add(wakeFd, EPOLLIN, BELL);
  all.add(urgent.fd, EPOLLIN, URGENT);
  const exits = new ExitWatch(libc, urgent, (pid, status) => tell({ report: "exit", pid, status }));
  const listeners = new ListenerWatch(urgent, (listener) => tell({ report: "connection", listener }));
  const streams = new StreamTable(libc, all, counters, (event) => tell({ report: "event", event }));
  const tidy = new Tidy();
  const bell = new Uint8Array(8);
  let stopId: number | null = null;

  while (stopId === null) {
    const nowMs = Date.now();
    const count = all.wait(shortest(streams.waitMs(nowMs), exits.waitMs(nowMs), tidy.waitMs(nowMs)));
    counters[COUNTER.wakeups]!++;
    if (pump(count)) answer(REST_MS);
  }
  streams.closeAll();
  for (const fd of [urgent.fd, all.fd]) closeSync(fd);
  tell({ report: "done", id: stopId });
  port.close();

  /** Serves what `all` brought; true when a rest is due: bytes were moved, but nobody is in a hurry. */
  function pump(count: number): boolean {
    const nowMs = Date.now();
    let moved = false;
    let pressed = false;
    counters[COUNTER.busySinceMs] = nowMs;
    for (let i = 0; i < count; i++) {
      const slot = all.slot(i);
      if (slot === URGENT) answer(0);
      const load = streams.serve(slot, nowMs);
      moved ||= load > 0;
      pressed ||= load >= 0.5;
    }
    counters[COUNTER.busySinceMs] = 0;
    streams.tick(nowMs);
    exits.tick(nowMs);
    if (count === 0) tidy.tick(nowMs);
    return moved && !pressed;
  }

  /** Waits up to `waitMs` for something urgent, and serves it. */
  function answer(waitMs: number): void {
    const count = urgent.wait(waitMs);
    const nowMs = Date.now();
    for (let i = 0; i < count; i++) {
      const slot = urgent.slot(i);
      if (slot === BELL) obeyAll();
      else if (listeners.has(slot)) listeners.happened(slot);
      else exits.happened(slot, urgent.happened(i), nowMs);
    }
  }

  function obeyAll(): void {
    readSync(wakeFd, bell, 0, bell.length, null);
    for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
      for (const command of received.message as PumpCommand[]) obey(command);
    }
  }

  function obey(command: PumpCommand): void {
    switch (command.do) {
      case "open":
        tidy.due(Date.now());
        return streams.open(command);
      case "update":
        return streams.update(command.key, command.policy);
      case "drain":
        streams.drain(command.key);
        return tell({ report: "done", id: command.id });
      case "close":
        streams.close(command.key);
        return tell({ report: "done", id: command.id });
      case "watch":
        return exits.watch(command.pid, command.pidfd);
      case "unwatch":
        return exits.unwatch(command.pid);
      case "await":
        return listeners.watch(command.listener, command.fd);
      case "unawait":
        return listeners.unwatch(command.listener);
      case "compressed":
        return streams.compressed(command);
      case "stop":
        stopId = command.id;
        return;
      default:
        command satisfies never;
    }
  }
}

/** The shortest of some waits; -1 (for ever) when all are null. */
function shortest(...waits: readonly (number | null)[]): number {
  const least = Math.min(...waits.map((wait) => wait ?? Number.POSITIVE_INFINITY));
  return least === Number.POSITIVE_INFINITY ? -1 : least;
}

const libc = openPumpLibc();
if (libc) run(workerData as PumpWorkerData, libc);
