import { dirname } from "node:path";
import { APPS_PROJECT } from "../../core/config/app-project.ts";
import type { Variables } from "../../core/config/interpolate.ts";
import type { Exported, ExportedProcess } from "../../core/convert/export/definitions.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readAppSource } from "../config/launch-apps.ts";
import { readApp } from "../config/read-app-file.ts";

/** With what apps' files are read: `environment` fills their variables, `home` is the home's root. */
export interface AppsContext {
  readonly environment: Variables;
  readonly home: string;
}

/** Adds to apps what their files say. One whose file cannot be read is written as any other process. */
export async function withApps(exported: Exported, context: AppsContext): Promise<Exported> {
  const processes: ExportedProcess[] = [];
  for (const process of exported.processes) processes.push(await withApp(process, context));
  return { ...exported, processes, reading: { apps: readAppSource, environment: context.environment } };
}

async function withApp(process: ExportedProcess, { environment, home }: AppsContext): Promise<ExportedProcess> {
  const { app: part, project } = process.definition;
  if (!part) return process;
  const folder = dirname(part.file);
  try {
    const { definition, app } = await readApp(folder, { environment, home });
    const isDiscovered = project === APPS_PROJECT;
    return { ...process, app: { folder, definition, ownArgs: app.args.length, isDiscovered } };
  } catch (error) {
    if (error instanceof GhostError) return process;
    throw error;
  }
}
