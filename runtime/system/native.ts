/**
 * The one door to the C library. `bun:ffi` exists only under Bun; everywhere else, and where no libc of a known name
 * can be opened, `openLibc` gives null and the caller uses its fallback (each caller documents which).
 */
import { createRequire } from "node:module";

export type FfiType = "i32" | "u32" | "i64" | "u64" | "ptr" | "cstring" | "void";
export interface FfiSignature {
  readonly args: readonly FfiType[];
  readonly returns: FfiType;
}
// biome-ignore lint/suspicious/noExplicitAny: a C function takes numbers, bigints and pointers; the signature in the call to openLibc is the type.
export type NativeFunction = (...args: any[]) => any;

/** The functions asked for, and the way to their errors. */
export interface Libc<Name extends string> {
  readonly call: Readonly<Record<Name, NativeFunction>>;
  /** The address of a buffer's first byte. The buffer must stay reachable during the call. */
  pointer(buffer: ArrayBufferView): number;
  /** errno of the call just made: read it at once, before any other call. */
  errno(): number;
}

interface BunFfi {
  dlopen(name: string, symbols: Record<string, FfiSignature>): { symbols: Record<string, NativeFunction> };
  ptr(view: ArrayBufferView): number;
  read: { i32(pointer: number, offset: number): number };
}

const LIBC_NAMES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"],
  darwin: ["libSystem.B.dylib"],
};

/** True under Bun, compiled or not. */
export const isBun = "bun" in process.versions;

/** Opens the functions named in `signatures`, or gives null where that cannot be done (Node, Deno, unknown libc, a function that this libc lacks). */
export function openLibc<Name extends string>(signatures: Readonly<Record<Name, FfiSignature>>): Libc<Name> | null {
  const ffi = loadFfi();
  if (!ffi) return null;
  const errnoName = process.platform === "darwin" ? "__error" : "__errno_location";
  for (const name of LIBC_NAMES[process.platform] ?? []) {
    try {
      const { symbols } = ffi.dlopen(name, { ...signatures, [errnoName]: { args: [], returns: "ptr" } });
      const errnoLocation = symbols[errnoName] as NativeFunction;
      return { call: symbols as Record<Name, NativeFunction>, pointer: ffi.ptr, errno: () => ffi.read.i32(errnoLocation(), 0) };
    } catch {
      // Another name, or none: the caller falls back.
    }
  }
  return null;
}

function loadFfi(): BunFfi | null {
  if (!isBun || process.env.GHOST_NO_FFI === "1") return null;
  try {
    return createRequire("/")("bun:ffi") as BunFfi;
  } catch {
    return null;
  }
}
