import type { ProcessDefinition } from "../../core/config/definition.ts";
import { findPortHolder } from "../net/holder.ts";
import { nameOfHolder } from "../net/holder-name.ts";

/** Which of the ports that a program declares somebody holds, a sentence each; to be asked for when the program has ended, so that it is somebody else. Those that are `auto` are chosen free. */
export function heldPorts({ ports }: Pick<ProcessDefinition, "ports">): string[] {
  return Object.values(ports).flatMap((port) => {
    const holder = port === "auto" ? null : findPortHolder(port);
    return holder ? [`port ${port} is held by ${nameOfHolder(holder)}`] : [];
  });
}
