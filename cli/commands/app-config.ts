import { dirname, join, resolve } from "node:path";
import { appConfigText } from "../../core/config/app-text.ts";
import { formatDiagnostic } from "../../core/config/diagnostics.ts";
import { linkApp } from "../../runtime/apps/link-app.ts";
import { ensureHub } from "../../runtime/client/hub.ts";
import { readApp } from "../../runtime/config/read-app-file.ts";
import { findHome } from "../../runtime/daemon/home.ts";
import { hubSecret, makeToken } from "../../runtime/hub/tokens.ts";
import type { Command } from "../command.ts";

/** What an app that was started by hand is told, as a supervised one is by its environment. */
export const command: Command = {
  usage: "[DIR]",
  summary: "Tell an app that was started by hand who it is; with autoGhostFather, register it and have daemon and hub there",
  flags: [],
  argumentsMax: 1,
  takesEmpty: true,
  examples: ["ghost app-config ./hello"],
  async run(context) {
    const folder = resolve(context.directory, context.names[0] ?? ".");
    const { app, warnings } = await readApp(folder, { environment: context.environment, home: context.home });
    for (const warning of warnings) context.warn(formatDiagnostic(warning));
    if (app.settings.autoGhostFather) {
      if (dirname(folder) !== join(context.home, "ghosts")) linkApp(folder, context.home, app.id);
      await ensureHub(context.connect("always"), `the app ${app.id}`);
    }
    const home = findHome(context.home);
    const token = app.settings.autoGhostFather ? makeToken(hubSecret(home.hubSecretFile), app.id) : undefined;
    const told = {
      GHOST_HOME: home.root,
      GHOST_HUB: home.hubSocket,
      GHOST_NAME: app.id,
      GHOST_TOKEN: token,
      GHOST_CONFIG: appConfigText(app),
    };
    context.print(JSON.stringify(told));
    return 0;
  },
};
