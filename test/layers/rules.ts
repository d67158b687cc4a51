/** The invariants of the house that the compiler cannot hold. Tests are free of all rules but that on names. */
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { type Import, importsOf, withoutComments } from "./imports.ts";

/** A place in a source file that breaks a rule. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** What the files of a folder may not contain, and which of them may after all. */
interface TextRule {
  readonly pattern: RegExp;
  readonly message: string;
  readonly allowed: (path: string) => boolean;
}

/** The top folders, in no order. */
export const LAYERS = ["core", "runtime", "cli", "templates", "test"] as const;
/** Arrows point down: what each layer may import besides itself and packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = { core: [], runtime: ["core"], cli: ["runtime", "core"] };
/** Names that say nothing about the duty of a file. */
const NAMELESS = /(^|\/)(utils?|helpers?|common|misc)(\.[^/]*)?$/;

const inFolder = (folder: string) => (path: string) => path.startsWith(folder);
const nowhere = () => false;

const TEXT_RULES: readonly (TextRule & { readonly within: (path: string) => boolean })[] = [
  {
    within: inFolder("core/"),
    pattern:
      /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|\bprocess\.(env|pid|platform|cwd|hrtime|argv|stdout|stderr|nextTick|memoryUsage)|Bun\.|Deno\.)/,
    message: "core has no clock, no randomness, no runtime: take it as an argument",
    allowed: nowhere,
  },
  {
    within: () => true,
    pattern: /\b(Bun\.spawn(Sync)?\(|process\.kill\(|posix_spawnp?\b|\bkill: \{ args)/,
    message: "only runtime/process spawns and signals",
    allowed: inFolder("runtime/process/"),
  },
  {
    within: () => true,
    pattern: /\bprocess\.(exit\(|exitCode\b|abort\(|reallyExit)/,
    message:
      "only cli/main.ts ends the program or sets its exit code; of an app's, runtime/sdk/ending.ts and runtime/process/app-errors.ts",
    allowed: (path) => ["cli/main.ts", "runtime/sdk/ending.ts", "runtime/process/app-errors.ts"].includes(path),
  },
];

/** Every rule that this file breaks, in order of rule. */
export function violationsIn(path: string, text: string): Violation[] {
  const name = NAMELESS.test(path)
    ? [{ path, line: 1, message: "utils, helpers, common, misc: a thing has a place, or it has no business here" }]
    : [];
  const layer = LAYERS.find((folder) => path.startsWith(`${folder}/`));
  if (!layer || layer === "test" || layer === "templates" || path.endsWith(".test.ts") || path.endsWith("bundle-plugin.ts")) return name;
  return [...name, ...importViolations(path, layer, importsOf(text)), ...textViolations(path, withoutComments(text))];
}

function importViolations(path: string, layer: string, imports: readonly Import[]): Violation[] {
  return imports.flatMap(({ specifier, line }) => {
    const message = specifier.startsWith(".") ? relativeProblem(path, layer, specifier) : packageProblem(path, layer, specifier);
    return message ? [{ path, line, message: `imports ${specifier}: ${message}` }] : [];
  });
}

function relativeProblem(path: string, layer: string, specifier: string): string | null {
  const target = posix.join(posix.dirname(path), specifier);
  const other = target.split("/")[0] ?? "";
  // JSON files at the top and alike are no layer.
  const reachable = other === layer || (MAY_IMPORT[layer] ?? []).includes(other);
  return reachable ? null : `${layer} may import only ${[layer, ...(MAY_IMPORT[layer] ?? [])].join(", ")}`;
}

function packageProblem(path: string, layer: string, specifier: string): string | null {
  const builtin = isBuiltin(specifier) || specifier === "bun" || specifier.startsWith("bun:");
  if (layer === "core" && builtin) return "core does no I/O";
  if (/^(node:)?child_process$/.test(specifier) && !path.startsWith("runtime/process/")) return "only runtime/process spawns and signals";
  if (specifier === "bun:ffi" && path !== "runtime/system/native.ts") return "runtime/system/native.ts is the only door to libc";
  return null;
}

function textViolations(path: string, code: string): Violation[] {
  const rules = TEXT_RULES.filter(({ within, allowed }) => within(path) && !allowed(path));
  return rules.flatMap(({ pattern, message }) => {
    const lines = code.split("\n").flatMap((text, index) => (pattern.test(text) ? [index + 1] : []));
    return lines.map((line) => ({ path, line, message }));
  });
}
