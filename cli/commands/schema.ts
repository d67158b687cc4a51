import { appFileSchema } from "../../core/config/app-keys.ts";
import { processesFileSchema } from "../../core/config/json-schema.ts";
import { nodeFileSchema } from "../../core/config/node-keys.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Command } from "../command.ts";

const SCHEMAS = { processes: processesFileSchema, node: nodeFileSchema, app: appFileSchema } as const;

export const command: Command = {
  usage: "[processes | node | app]",
  summary: "Print the JSON Schema of processes.yaml (or of a .ghost.yaml: the node's, an app's), for editors",
  about: "Save it and name it in the first line of the file: # yaml-language-server: $schema=processes.schema.json",
  flags: [],
  argumentsMax: 1,
  examples: ["ghost schema > processes.schema.json", "ghost schema node > node.schema.json"],
  async run(context) {
    context.print(JSON.stringify(schemaOf(context.names[0] ?? "processes"), null, 2));
    return 0;
  },
};

function schemaOf(name: string): object {
  if (name === "processes" || name === "node" || name === "app") return SCHEMAS[name]();
  throw new GhostError("USAGE", `cannot print the schema of "${name}": there is none`, { hint: "there are processes, node and app" });
}
