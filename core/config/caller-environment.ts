import type { Manifest, ProcessDefinition } from "./definition.ts";
import { SHELL_MOMENT } from "./read-environment.ts";
import { isSecretName, secretReference } from "./secrets.ts";

/** What tells who a user is: a process that runs as another one gets its own. */
const ACCOUNT_NAMES: ReadonlySet<string> = new Set(["HOME", "USER", "LOGNAME", "SHELL"]);
/** Values that hold a mark of references must not be taken for one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the marks are control characters.
const MARKS = /[\u0001\u0002]/;

/**
 * The manifest whose processes get the whole environment of the caller, as `up`, `run` and `ci` pass it on; what a file declares wins over it. Values of names like
 * secrets are kept apart, as elsewhere. `chosen`: whether a process is to get it; default all.
 */
export function passOnEnvironment(
  manifest: Manifest,
  variables: Readonly<Record<string, string | undefined>>,
  chosen: (definition: ProcessDefinition) => boolean = () => true,
): Manifest {
  const secrets: Record<string, string> = { ...manifest.secrets };
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || SHELL_MOMENT.has(name)) continue;
    const apart = value !== "" && (isSecretName(name) || MARKS.test(value));
    // No reference that the parser made begins like this, so that none is overwritten.
    if (apart) secrets[`caller:${name}`] = value;
    passed[name] = apart ? secretReference(`caller:${name}`) : value;
  }
  const own = Object.fromEntries(Object.entries(passed).filter(([name]) => !ACCOUNT_NAMES.has(name)));
  const processes = manifest.processes.map((definition) =>
    chosen(definition)
      ? { ...definition, inherited: { ...(definition.user === null ? passed : own), ...definition.inherited } }
      : definition,
  );
  return { ...manifest, processes, secrets };
}
