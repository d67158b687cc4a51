import type { ProcessDefinition } from "./definition.ts";

/** Who runs it, and how. */
export interface ForegroundSituation {
  /** False: nobody may become another user. */
  readonly isRoot: boolean;
  /** Its files are watched. */
  readonly isWatched: boolean;
}

/** What a definition asks for and a run in the foreground does not do, a line each: whoever set it expects it. Nothing is said of what is seen anyway, such as where its output goes. */
export function foregroundNotes(definition: ProcessDefinition, { isRoot, isWatched }: ForegroundSituation): string[] {
  const { name, user, group, schedule, instances, dependsOn, limits, on, watch, healthCheck } = definition;
  const held = [...(limits.cpu === null ? [] : ["cpu"]), ...(limits.pids === null ? [] : ["pids"])];
  const needed = dependsOn.map((dependency) => dependency.name).join(" ");
  const asked: readonly (readonly [boolean, string])[] = [
    [schedule !== null, "`schedule` has no meaning for a run in the foreground: it runs now, once"],
    [instances > 1, `\`instances\` has no meaning for a run in the foreground: there is one; ghost start ${name} starts ${instances}`],
    [dependsOn.length > 0, `\`depends_on\` is not waited for by a run in the foreground: ghost start ${needed} has it there`],
    [held.length > 0, `\`resource_limits\`: ${held.join(" and ")} cannot be held for a run in the foreground`],
    [Object.keys(on).length > 0, "`on` has no meaning for a run in the foreground: its commands are not run"],
    [watch !== null && !isWatched, "`watch` counts for a run in the foreground with --watch only"],
    [
      healthCheck?.probe.kind === "log",
      "`health_check: { log }` has no meaning for a run in the foreground: its output goes to this terminal",
    ],
    [!isRoot && (user ?? group) !== null, `\`user\` and \`group\` need root: ${name} runs as you`],
  ];
  return asked.flatMap(([isSo, text]) => (isSo ? [text] : []));
}
