/** Which program a boot unit starts: one that is still there after the next upgrade of Node, and in the next shell. */
import { GhostError } from "../../core/errors/ghost-error.ts";

/** What is known of the program that runs. */
export interface ProgramFacts {
  /** How this very program is started again, real paths: the binary, or a runtime and a script. */
  readonly self: readonly string[];
  /** True for a compiled binary. */
  readonly isSingleFile: boolean;
  /** Where `ghost` is installed for this home: `<home>/bin/ghost`, and that of the default home. */
  readonly installed: readonly string[];
  /** The file that a path leads to, or null where there is none that can be executed. */
  readonly resolve: (path: string) => string | null;
}

/** What to bake into a unit, and what is to be said about it. */
export interface StableProgram {
  readonly command: readonly string[];
  readonly warnings: readonly string[];
}

/** Caches that are emptied at will. */
const PASSING = /\/_npx\/|\/dlx-|\/bunx-|\/fnm_multishells\/|^\/tmp\/|^\/var\/tmp\/|^\/private\/(var\/)?tmp\//;
/** Folders of one version of a runtime, gone when another takes its place: the manager's name is the first group that matched. */
const MANAGERS: readonly (readonly [RegExp, string])[] = [
  [/\/\.?nvm\/versions\//, "nvm"],
  [/\/\.?fnm\/|\/fnm\/node-versions\//, "fnm"],
  [/\/\.?asdf\/installs\//, "asdf"],
  [/\/mise\/installs\//, "mise"],
  [/\/\.volta\//, "volta"],
  [/\/\.nodenv\/versions\//, "nodenv"],
  [/\/n\/versions\//, "n"],
  [/\/Cellar\//, "Homebrew"],
  [/^\/nix\/store\//, "nix"],
];
const REMEDY = "install the ghost binary (install.sh puts it into ~/.ghost/bin), and run its `daemon install`";

/**
 * Chooses the program. A binary is taken by the name it is installed under; a script gives way to a binary that is installed
 * or lies beside it. Throws UNSUPPORTED for a program in a cache that will be emptied.
 */
export function stableProgram(facts: ProgramFacts): StableProgram {
  const { self, isSingleFile, installed, resolve } = facts;
  const [file = ""] = self;
  if (isSingleFile) {
    const name = installed.find((path) => resolve(path) === resolve(file));
    return name === undefined ? judged(self) : { command: [name], warnings: [] };
  }
  const script = self.at(-1) ?? "";
  const binary = [...installed, script.replace(/\.js$/, "")].find((path) => path !== script && resolve(path) !== null && !isPassing(path));
  if (binary === undefined) return judged(self);
  return { command: [binary], warnings: [`the unit runs ${binary}, which needs no Node, instead of ${script}`] };
}

function judged(command: readonly string[]): StableProgram {
  const passing = command.find((word) => word.startsWith("/") && isPassing(word));
  if (passing !== undefined)
    throw new GhostError("UNSUPPORTED", `cannot make a boot unit for ${passing}: it lies in a folder that is emptied at will`, {
      hint: REMEDY,
    });
  const warnings = command.flatMap((word) => {
    const manager = MANAGERS.find(([pattern]) => pattern.test(word))?.[1];
    return manager === undefined ? [] : [`the unit runs ${word}, which ${manager} takes away with that version; ${REMEDY}`];
  });
  return { command, warnings };
}

function isPassing(path: string): boolean {
  return PASSING.test(path);
}
