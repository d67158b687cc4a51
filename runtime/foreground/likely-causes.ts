import { basename } from "node:path";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { stripsTypes } from "../../core/config/script-runtime.ts";
import { versionOfNode } from "../config/read-program.ts";
import { heldPorts } from "./held-ports.ts";

/** What may be the reason why a program fell, a sentence each: what it does not say itself, or not so that one knows what to do. `path`: the PATH that it was found in. */
export function likelyCauses(definition: ProcessDefinition, path: string): string[] {
  return [...heldPorts(definition), ...oldNode(definition, path)];
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
