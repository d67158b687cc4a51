import { baseName } from "../config/posix-path.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { convertCompose } from "./compose.ts";
import type { Draft } from "./draft.ts";
import { convertPm2 } from "./pm2.ts";
import { convertPm2Dump } from "./pm2-dump.ts";
import { convertProcfile } from "./procfile.ts";
import type { ImportKind } from "./recognise.ts";
import { adviseOnSecrets } from "./secret-advice.ts";
import { type Settled, settle } from "./settle.ts";
import type { ForeignFile, Surroundings } from "./source.ts";
import { convertSupervisord } from "./supervisord.ts";
import { convertSystemd } from "./systemd.ts";

/** What came of another tool's files. */
export interface Conversion extends Settled {
  readonly processes: readonly string[];
  readonly groups: readonly string[];
  /** Everything that stands in the file as a comment; `process` is null for what concerns the whole file. */
  readonly notes: readonly { readonly process: string | null; readonly key: string | null; readonly text: string }[];
}

/** Kinds of which several files may be given: together they are one system. */
const SEVERAL: ReadonlySet<ImportKind> = new Set(["supervisord", "systemd"]);

/** Converts files of another tool into the text of a `processes.yaml` that will lie at `path`. `pm2Environment` names the `env_…` of a PM2 file that is laid over its `env`. Throws CONFIG_INVALID for files that are not what they should be. */
export function convert(
  kind: ImportKind,
  files: readonly ForeignFile[],
  path: string,
  pm2Environment: string | null,
  surroundings: Surroundings,
): Conversion {
  const [first] = files;
  if (!first) throw new GhostError("USAGE", "cannot import: no file is named", { hint: "ghost import FILE" });
  if (files.length > 1 && !SEVERAL.has(kind))
    throw new GhostError("USAGE", `cannot import ${files.length} files of ${kind} at once`, {
      hint: "import one after the other, each with its own --out",
    });
  const draft = convertKind(kind, first, files, pm2Environment, surroundings);
  adviseOnSecrets(draft);
  const title = [
    `Made by \`ghost import\` from ${files.map((file) => baseName(file.path)).join(", ")} (${kind}).`,
    "Look through it, then: ghost plan, ghost register --start",
  ];
  // What the parser refuses is taken out of the draft: the summary comes after.
  const settled = settle(draft, path, title);
  return { ...settled, ...summaryOf(draft) };
}

function convertKind(
  kind: ImportKind,
  file: ForeignFile,
  files: readonly ForeignFile[],
  pm2Environment: string | null,
  surroundings: Surroundings,
): Draft {
  switch (kind) {
    case "pm2":
      return convertPm2(file, pm2Environment, surroundings);
    case "pm2-dump":
      return convertPm2Dump(file, surroundings);
    case "procfile":
      return convertProcfile(file, surroundings);
    case "compose":
      return convertCompose(file, surroundings);
    case "supervisord":
      return convertSupervisord(files, surroundings);
    case "systemd":
      return convertSystemd(files, surroundings);
  }
}

function summaryOf(draft: Draft): Pick<Conversion, "processes" | "groups" | "notes"> {
  const own = draft.processes.flatMap(({ name, notes }) =>
    notes.map(({ path, text }) => ({ process: name, key: path === "" ? null : path, text })),
  );
  return {
    processes: draft.processes.map(({ name }) => name),
    groups: draft.groups.map(({ name }) => name),
    notes: [...draft.notes.map((text) => ({ process: null, key: null, text })), ...own],
  };
}
