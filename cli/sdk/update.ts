import { GhostError } from "../../core/errors/ghost-error.ts";
import { type AppSdk, absentSdk, isCopiedByPackageManager, sdksOf } from "../../runtime/apps/app-sdk.ts";
import { sdkText } from "../../runtime/apps/sdk-stamp.ts";
import { updateSdk } from "../../runtime/apps/update-sdk.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { appHere, appOf, appsOfHome, type NamedApp } from "./apps.ts";

/** What became of one copy. */
interface Updated extends NamedApp {
  readonly sdk: AppSdk;
  readonly isChanged: boolean;
  readonly error?: GhostError;
}

/** `sdk update [NAME | PATH…] [--all] [--force]`. Of one app its error is the command's; of several each is told, and the exit code is 1. */
export async function update(context: Context, words: readonly string[]): Promise<number> {
  const apps = chosen(context, words);
  // From here on ^C waits until all is written: it takes some milliseconds.
  void context.interruption;
  const done: Updated[] = [];
  for (const app of apps) done.push(...(await updateApp(context, app)));
  const [first] = done;
  if (done.length === 1 && first?.error) throw first.error;
  if (done.length === 0 && !context.flag("all")) throw withoutSdk(apps);
  if (context.json) context.printJson(done.map(asJson));
  else await tell(context, done);
  return done.some(({ error }) => error) ? 1 : 0;
}

function chosen(context: Context, words: readonly string[]): NamedApp[] {
  if (context.flag("all")) {
    if (words.length > 0) throw usage(context.verb, "--all takes no names");
    return appsOfHome(context);
  }
  if (words.length > 0) return words.map((word) => appOf(context, word));
  const here = appHere(context);
  if (!here) throw usage(context.verb, "update needs the NAME of an app, or --all", "there is none in this folder; ");
  return [here];
}

async function updateApp(context: Context, app: NamedApp): Promise<Updated[]> {
  const done: Updated[] = [];
  for (const sdk of copiesIn(context, app)) {
    const outcome = await updateSdk(app.folder, sdk, { force: context.flag("force") }).catch((error: unknown) => {
      if (error instanceof GhostError) return error;
      throw error;
    });
    done.push({ ...app, sdk, ...(outcome instanceof GhostError ? { isChanged: false, error: outcome } : { isChanged: outcome }) });
  }
  return done;
}

/** Whoever names an app without one wants it to have one. */
function copiesIn(context: Context, { folder }: NamedApp): AppSdk[] {
  const found = sdksOf(folder);
  const absent = found.length > 0 || context.flag("all") ? null : absentSdk(folder);
  return absent ? [absent] : found;
}

function withoutSdk(apps: readonly NamedApp[]): GhostError {
  return new GhostError(
    "NOT_FOUND",
    `cannot put the SDK into ${apps.map(({ name }) => name).join(", ")}: its package.json says where it gets it, or it is neither TypeScript or JavaScript nor Python`,
    {
      hint: "any other language speaks to the hub as to a Redis: GHOST_HUB and GHOST_TOKEN tell where, and as whom",
    },
  );
}

function asJson({ name, folder, sdk, isChanged, error }: Updated) {
  const { has, brings } = sdk;
  return {
    app: name,
    folder,
    sdk: sdk.name,
    path: sdk.path,
    from: has,
    to: error ? has : brings,
    changed: isChanged,
    ...(error && { error: error.body() }),
  };
}

async function tell(context: Context, done: readonly Updated[]): Promise<void> {
  const paint = await context.messagePaint();
  if (done.length === 0) context.say("no app of this home has a copy of the SDK");
  for (const { name, folder, sdk, isChanged, error } of done) {
    if (error) context.warn(`${name}: ${error.message}${error.hint ? ` (${error.hint})` : ""}`);
    else if (isChanged && sdk.standing === "missing")
      context.say(`${paint.green("✓")} ${paint.bold(name)}: ${sdk.name} is there now, in ${sdk.path}: ${sdkText(sdk.brings)}`);
    else if (isChanged) context.say(`${paint.green("✓")} ${paint.bold(name)}: ${sdk.name} ${sdkText(sdk.has)} → ${sdkText(sdk.brings)}`);
    else context.say(`${paint.green("✓")} ${paint.bold(name)}: ${sdk.name} is up to date, ${sdkText(sdk.brings)}`);
    if (sdk.kind === "typescript" && isCopiedByPackageManager(folder))
      context.warn(`${name}: node_modules/ghost-sdk is a copy that a package manager made: install anew there, and it is the new one`);
  }
  if (done.some(({ isChanged }) => isChanged)) context.say("what runs goes on with what it has loaded: ghost restart NAME");
}
