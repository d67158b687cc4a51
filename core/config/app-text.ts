import type { AppConfiguration } from "./app-configuration.ts";

/** The text of GHOST_CONFIG: what an app is told of its own configuration, as JSON. */
export function appConfigText(app: AppConfiguration): string {
  const { id, name, description, version, mode, logsPath, dataPath, settings, data, dataSections } = app;
  const sections = dataSections.filter((section) => data[section] !== null).map((section) => [section, data[section]] as const);
  return JSON.stringify({
    app: { id, name, ...given({ description, version }) },
    core: { mode, ...given({ logsPath, dataPath }), settings },
    ...Object.fromEntries(sections),
  });
}

/** Without what the file does not say. */
function given(values: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}
