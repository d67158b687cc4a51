import type { Command } from "../command.ts";

export const command: Command = {
  usage: "",
  summary: "Show the version of this program",
  flags: [],
  argumentsMax: 0,
  examples: ["ghost version", "ghost version --json"],
  async run(context) {
    const facts = { version: context.version, runtime: runtimeName(), platform: `${process.platform}-${process.arch}` };
    if (context.json) context.printJson(facts);
    else context.print(context.quiet ? facts.version : `ghost ${facts.version} (${facts.runtime}, ${facts.platform})`);
    return 0;
  },
};

function runtimeName(): string {
  const { bun, deno, node } = process.versions;
  return bun ? `bun ${bun}` : deno ? `deno ${deno}` : `node ${node}`;
}
