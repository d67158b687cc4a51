import { connect } from "../../runtime/client/client.ts";
import type { Context } from "../context.ts";
import type { WantedWords } from "./line.ts";
import { OfferedNames } from "./offered-names.ts";

/** Names that complete a word, sorted; nothing where they cannot be told, and nothing is started to tell them. Never rejects. */
export async function candidates(wanted: WantedWords, context: Pick<Context, "home" | "version">): Promise<string[]> {
  const home = wanted.home ?? context.home;
  const found = new OfferedNames(wanted.prefix);
  switch (wanted.kind) {
    case "apps":
      found.add((await import("../sdk/apps.ts")).appNames(home));
      break;
    case "templates":
      found.add(await templateNames(home));
      break;
    default: {
      const { addHubNames } = await import("./hub-names.ts");
      await addHubNames(wanted, connect(home, { start: "never", version: context.version, warn: () => undefined }), found);
    }
  }
  return found.sorted();
}

async function templateNames(home: string): Promise<string[]> {
  const { listTemplates } = await import("../../runtime/apps/find-template.ts");
  return (await listTemplates(home).catch(() => [])).map(({ name }) => name);
}
