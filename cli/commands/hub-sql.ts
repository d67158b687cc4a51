import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  usage: "FILE",
  summary: "Run the SQL of one namespace for the hub, which starts this",
  flags: [],
  argumentsMax: 1,
  takesEmpty: true,
  examples: ["ghost hub-sql ~/.ghost/data/shop.db"],
  async run(context) {
    const [file] = context.names;
    if (file === undefined) throw usage(context.verb, "it needs the file of a namespace");
    const { serveSql } = await import("../../runtime/hub/sql/serve.ts");
    return serveSql(file);
  },
};
