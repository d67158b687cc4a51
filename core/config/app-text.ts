import type { AppConfiguration } from "./app-configuration.ts";

/** The text of GHOST_CONFIG: what an app is told of its own configuration, as JSON. */
export function appConfigText(app: AppConfiguration): string {
  const { id, name, description, version, mode, logsPath, dataPath, settings, data, dataSections } = app;
  const sections = dataSections.filter((section) => data[section] !== null).map((section) => [section, data[section]] as const);
  return JSON.stringify({
    app: { id, name, description, version },
    core: { mode, logsPath, dataPath, settings },
    ...Object.fromEntries(sections),
  });
}
