/**
 * SQLite itself: sql.js's WebAssembly build, linked to real files. sql.js's JavaScript is left out on purpose: it serves a
 * file system in memory of which nothing is wanted here, and costs 10 MB of memory and 30 ms at the first open.
 * The debug build is the one whose imports and exports carry their names; the release build's change with each release.
 */
import { clockImports } from "./clock.ts";
import { Files } from "./files.ts";
import { Heap } from "./heap.ts";
import { openRangeLocks } from "./locks.ts";
import { Names } from "./names.ts";
import { loadWasm } from "./wasm-bytes.ts";
import { type WasmImports, type WasmMemory, wasm } from "./webassembly.ts";

/** The C functions in use (https://sqlite.org/c3ref/funclist.html); pointers are numbers. */
export interface SqliteFunctions {
  readonly sqlite3_open: (name: number, out: number) => number;
  readonly sqlite3_close_v2: (db: number) => number;
  readonly sqlite3_errmsg: (db: number) => number;
  readonly sqlite3_exec: (db: number, sql: number, callback: number, context: number, message: number) => number;
  readonly sqlite3_changes: (db: number) => number;
  readonly sqlite3_prepare_v2: (db: number, sql: number, bytes: number, out: number, tail: number) => number;
  readonly sqlite3_step: (statement: number) => number;
  readonly sqlite3_reset: (statement: number) => number;
  readonly sqlite3_finalize: (statement: number) => number;
  readonly sqlite3_clear_bindings: (statement: number) => number;
  readonly sqlite3_bind_int: (statement: number, index: number, value: number) => number;
  readonly sqlite3_bind_double: (statement: number, index: number, value: number) => number;
  readonly sqlite3_bind_text: (statement: number, index: number, value: number, bytes: number, destructor: number) => number;
  readonly sqlite3_bind_blob: (statement: number, index: number, value: number, bytes: number, destructor: number) => number;
  readonly sqlite3_column_count: (statement: number) => number;
  readonly sqlite3_column_name: (statement: number, column: number) => number;
  readonly sqlite3_column_type: (statement: number, column: number) => number;
  readonly sqlite3_column_double: (statement: number, column: number) => number;
  readonly sqlite3_column_text: (statement: number, column: number) => number;
  readonly sqlite3_column_blob: (statement: number, column: number) => number;
  readonly sqlite3_column_bytes: (statement: number, column: number) => number;
  readonly malloc: (bytes: number) => number;
  readonly free: (pointer: number) => void;
}

interface StartFunctions {
  readonly memory: WasmMemory;
  readonly emscripten_stack_init: () => void;
  readonly emscripten_stack_get_base: () => number;
  readonly emscripten_stack_get_end: () => number;
  readonly __set_stack_limits: (base: number, end: number) => void;
  readonly __wasm_call_ctors: () => void;
}

/** One running SQLite module; all databases of the process share it. */
export interface Engine {
  readonly sqlite: SqliteFunctions;
  readonly heap: Heap;
  readonly names: Names;
  readonly files: Files;
  /** False where SQLite's locks cannot reach the system: then `lock-directory.ts` keeps other Ghost processes out. */
  readonly hasRangeLocks: boolean;
  /** Why it may no longer be called, e.g. a failed assertion inside it; null while all is well. */
  broken: Error | null;
}

/**
 * Puts an engine that threw out of use: its memory can no longer be trusted, so its files are closed before it writes nonsense to them.
 * What was committed is on disk; the next open starts another engine.
 */
export function breakDown(engine: Engine, error: Error): void {
  engine.broken = error;
  engine.files.abandon();
  running = null;
}

let running: Promise<Engine> | null = null;

/**
 * The process's engine, started at the first call. It is shared because a second copy would cost 5 MB and because SQLite
 * itself must see all connections to know that two of them use one file.
 */
export function sqliteEngine(): Promise<Engine> {
  running ??= startEngine().catch((error: unknown) => {
    running = null;
    throw error;
  });
  return running;
}

async function startEngine(): Promise<Engine> {
  const heap = new Heap();
  const names = new Names();
  const locks = openRangeLocks();
  const files = new Files(heap, names, locks);
  const { instance } = await wasm.instantiate(await loadWasm(), importsOf(heap, files));
  const exported = instance.exports as unknown as SqliteFunctions & StartFunctions;
  heap.attach(exported.memory);
  exported.emscripten_stack_init();
  exported.__set_stack_limits(exported.emscripten_stack_get_base(), exported.emscripten_stack_get_end());
  exported.__wasm_call_ctors();
  return { sqlite: exported, heap, names, files, hasRangeLocks: locks !== null, broken: null };
}

/** All that the module imports. An import that a new release adds makes the start fail with its name. */
function importsOf(heap: Heap, files: Files): WasmImports {
  const clock = clockImports(heap);
  const env = {
    ...files.syscalls(),
    ...clock.env,
    __syscall_geteuid32: () => process.geteuid?.() ?? 0,
    emscripten_get_heap_max: () => HEAP_BYTES_MAX,
    emscripten_resize_heap: (bytes: number) => (heap.grow(bytes >>> 0) ? 1 : 0),
    warnLegacyFunction: () => undefined,
    _abort_js: () => stop("SQLite aborted"),
    __assert_fail: (condition: number, file: number, line: number) =>
      stop(`SQLite's assertion ${heap.text(condition)} failed at ${heap.text(file)}:${line}`),
    __handle_stack_overflow: () => stop("SQLite's stack overflowed"),
  };
  const wasi = {
    ...files.wasi(),
    ...clock.wasi,
    environ_get: () => 0,
    environ_sizes_get: (count: number, bytes: number) => noEnvironment(heap, count, bytes),
  };
  return { env, wasi_snapshot_preview1: wasi };
}

/** SQLite reads no setting from the environment that anybody should set here (its only one is where temporary files go). */
function noEnvironment(heap: Heap, count: number, bytes: number): number {
  heap.i32[count >> 2] = 0;
  heap.i32[bytes >> 2] = 0;
  return 0;
}

function stop(message: string): never {
  throw new Error(message);
}

/** The module is linked with this maximum, 2 GiB. */
const HEAP_BYTES_MAX = 2_147_483_648;
