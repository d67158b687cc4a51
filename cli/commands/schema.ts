import { processesFileSchema } from "../../core/config/json-schema.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  usage: "",
  summary: "Print the JSON Schema of processes.yaml, for editors",
  about: "Save it and name it in the first line of the file: # yaml-language-server: $schema=processes.schema.json",
  flags: [],
  argumentsMax: 0,
  examples: ["ghost schema > processes.schema.json"],
  async run(context) {
    context.print(JSON.stringify(processesFileSchema(), null, 2));
    return 0;
  },
};
