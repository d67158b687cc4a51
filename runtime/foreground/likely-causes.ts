import { basename, dirname } from "node:path";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { stripsTypes } from "../../core/config/script-runtime.ts";
import { sdksOf } from "../apps/app-sdk.ts";
import { versionOfNode } from "../config/read-program.ts";
import { heldPorts } from "./held-ports.ts";

/** What may be the reason why a program fell, a sentence each: what it does not say itself, or not so that one knows what to do. `path`: the PATH that it was found in. */
export function likelyCauses(definition: ProcessDefinition, path: string): string[] {
  return [...heldPorts(definition), ...oldNode(definition, path), ...noSdk(definition)];
}

/** An app that nothing brings the SDK to. */
function noSdk({ app }: ProcessDefinition): string[] {
  if (!app) return [];
  const folder = dirname(app.file);
  const isMissing = sdksOf(folder).some(({ kind, standing }) => kind === "typescript" && standing === "missing");
  return isMissing ? [`there is no ghost-sdk for it: ghost sdk update ${folder} puts a copy into it`] : [];
}

function oldNode({ executable, args }: ProcessDefinition, path: string): string[] {
  const entry = args.find((word) => !word.startsWith("-"));
  if (basename(executable) !== "node" || !/\.[cm]?tsx?$/i.test(entry ?? "")) return [];
  try {
    const version = versionOfNode(path);
    if (version === null || stripsTypes(version)) return [];
    return [`node ${version} runs no TypeScript, 22.18 or newer does; \`runtime: ghost\` takes the runtime that is inside of ghost`];
  } catch {
    return []; // There is no node: what started it will have said so.
  }
}
