import type { EnvironmentValue } from "../../config/definition.ts";
import { showPortReferences } from "../../config/port-references.ts";
import { secretsIn } from "../../config/secrets.ts";
import type { ExportedProcess, ForeignText } from "./definitions.ts";
import { spell, variablesIn } from "./references.ts";
import { unitAssignment, unitValue } from "./unit-text.ts";

/** The lines of a unit that give a process its environment, and the file that a person fills in. */
export interface UnitEnvironment {
  readonly lines: readonly string[];
  /** Null where nothing is secret. */
  readonly example: ForeignText | null;
}

/** Variables that every process of Ghost gets. */
const BASE: Readonly<Record<string, string>> = { PYTHONUNBUFFERED: "1" };

/**
 * What is literal stands in the unit; what is a secret (or comes from a file that is read at each start, or a port that is not known yet) is left to
 * `/etc/PROJECT/UNIT.env`, of which `UNIT.env.example` names the variables. The unit does not start without that file.
 */
export function unitEnvironment(process: ExportedProcess, unit: string, commandTexts: readonly string[]): UnitEnvironment {
  const { definition, ports, path } = process;
  const given: Record<string, EnvironmentValue> = {
    ...BASE,
    ...(path !== "" && { PATH: path }),
    ...definition.inherited,
    ...definition.environment,
  };
  const open = new Map<string, string>();
  const lines: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== "string") open.set(key, `the content of ${value.fromFile}`);
    else if (variablesIn(value, ports).length > 0) open.set(key, shapeOf(value, ports));
    else lines.push(`Environment=${unitAssignment(key, spell(value, ports, { literal: (text) => text, variable: (name) => name }))}`);
  }
  for (const name of commandTexts.flatMap((text) => variablesIn(text, ports)))
    if (!open.has(name)) open.set(name, "used by the command line");
  const files = definition.envFiles.map((file) => `EnvironmentFile=${unitValue(file)}`);
  if (files.length > 0) files.unshift("# env_file: with systemd these files win over Environment=, with Ghost they do not.");
  if (open.size === 0) return { lines: [...lines, ...files], example: null };
  const place = `/etc/${definition.project}/${unit}.env`;
  return {
    lines: [
      ...lines,
      ...files,
      `# Secrets are not exported: fill ${unit}.env.example in and put it at this place (chmod 600).`,
      `EnvironmentFile=${place}`,
    ],
    example: { name: `${unit}.env.example`, text: exampleText(place, open) },
  };
}

/** What a value is: a secret, a port that was left to Ghost, or of several parts, and then which of them are open. */
function shapeOf(value: string, ports: Readonly<Record<string, number>>): string {
  const shape = spell(value, ports, { literal: (text) => text, variable: (name) => `<${name}>` });
  if (!/^<\w+>$/.test(shape)) return `of the form ${shape.replace(/[\r\n]+/g, " ")}`;
  return secretsIn(value).length > 0 ? "secret" : `the port ${showPortReferences(value)}, which was left to Ghost`;
}

function exampleText(place: string, open: ReadonlyMap<string, string>): string {
  const lines = [...open].flatMap(([key, what]) => [`# ${what}`, `${key}=`]);
  return `${[`# Fill in and put at ${place}, readable by root alone (chmod 600).`, ...lines].join("\n")}\n`;
}
