import { type AppSdk, isCopiedByPackageManager, isOutdated, sdksOf } from "../../runtime/apps/app-sdk.ts";
import { editsOf } from "../../runtime/apps/sdk-edits.ts";
import { sdkVersions } from "../../runtime/apps/sdk-files.ts";
import { sdkText } from "../../runtime/apps/sdk-stamp.ts";
import type { Context } from "../context.ts";
import type { Paint } from "../output/paint.ts";
import { count } from "../output/quantities.ts";
import { type Cell, renderTable } from "../output/table.ts";
import { appHere, appOf, appsOfHome, type NamedApp } from "./apps.ts";

/** A copy of the SDK in an app. */
interface Listed extends NamedApp {
  readonly sdk: AppSdk;
  /** Null: it cannot be told. */
  readonly edits: readonly string[] | null;
  /** `npm install` or the like made a copy of this copy. */
  readonly isCopied: boolean;
}

/** `sdk list [NAME | PATH…]`; with --quiet the names of those that should be updated, one a line. */
export async function list(context: Context, words: readonly string[]): Promise<number> {
  const listed = chosen(context, words).flatMap(copiesIn);
  if (context.json) context.printJson({ brings: sdkVersions(), apps: listed.map(asJson) });
  else if (context.quiet) context.print(...new Set(listed.filter(({ sdk }) => isOutdated(sdk)).map(({ name }) => name)));
  else if (listed.length === 0) context.say("no app here has a copy of the SDK; ghost sdk update NAME puts one into an app");
  else context.print(...renderTable(COLUMNS, rows(listed, await context.paint()), context.output.columns, await context.paint()));
  if (listed.some(({ sdk }) => isOutdated(sdk))) context.say("ghost sdk update NAME, or --all, brings them up to date");
  return 0;
}

function chosen(context: Context, words: readonly string[]): NamedApp[] {
  if (words.length > 0) return words.map((word) => appOf(context, word));
  const [ofHome, here] = [appsOfHome(context), appHere(context)];
  return here && ofHome.every(({ name }) => name !== here.name) ? [...ofHome, here] : ofHome;
}

function copiesIn(app: NamedApp): Listed[] {
  return sdksOf(app.folder).map((sdk) => {
    const isCopied = sdk.kind === "typescript" && isCopiedByPackageManager(app.folder);
    return { ...app, sdk, edits: editsOf(app.folder, sdk), isCopied };
  });
}

function asJson({ name, folder, sdk, edits, isCopied }: Listed) {
  return { app: name, folder, sdk: sdk.name, path: sdk.path, version: sdk.has, standing: sdk.standing, edits, copied: isCopied };
}

const COLUMNS = [{ title: "APP" }, { title: "SDK" }, { title: "VERSION", spare: 1 }, { title: "STATE", flexible: true }];

function rows(listed: readonly Listed[], paint: Paint): Cell[][] {
  return listed.map(({ name, sdk, edits, isCopied }) => {
    const said = [stateText(sdk), ...(edits?.length ? [`${count(edits.length, "file")} edited by hand`] : [])];
    if (isCopied) said.push("node_modules/ghost-sdk is another copy");
    const colour = isOutdated(sdk) || said.length > 1 ? paint.yellow : paint.green;
    return [
      { text: name, paint: paint.bold },
      { text: sdk.name },
      { text: sdk.has ? sdkText(sdk.has) : "-" },
      { text: said.join("; "), paint: colour },
    ];
  });
}

function stateText({ standing, brings }: AppSdk): string {
  switch (standing) {
    case "current":
      return "up to date";
    case "older":
      return `older than this ghost's ${sdkText(brings)}`;
    case "newer":
      return `newer than this ghost's ${sdkText(brings)}`;
    case "other":
      return `of another build than this ghost's ${sdkText(brings)}`;
    case "unknown":
      return "does not say what it is";
    case "missing":
      return "missing";
    default:
      return standing satisfies never;
  }
}
