import type { Context } from "../context.ts";

/** Tells a person who runs an app that its copy of the SDK is not this ghost's, and what would make it so. Read only once the app is started; no trouble of it is the run's. */
export async function tellOldSdk(context: Context, folder: string): Promise<void> {
  try {
    const { isOutdated, sdksOf } = await import("../../runtime/apps/app-sdk.ts");
    const { sdkText } = await import("../../runtime/apps/sdk-stamp.ts");
    for (const sdk of sdksOf(folder).filter(isOutdated)) {
      const word = context.names[0];
      const what =
        sdk.standing === "missing"
          ? `${sdk.path} is missing`
          : `its ${sdk.name} is ${sdkText(sdk.has)}, not this ghost's ${sdkText(sdk.brings)}`;
      context.say(`ghost: ${what}: ghost sdk update${word === undefined ? "" : ` ${word}`}`);
    }
  } catch {
    // Whatever cannot be read there the app itself meets.
  }
}
