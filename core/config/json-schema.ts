import { type JsonSchema, objectSchema } from "./key-schemas.ts";
import { FILE_KEYS, PROCESS_KEYS } from "./key-tables.ts";

/**
 * The JSON Schema (draft 2020-12) of `processes.yaml`, for editors: made of the tables that the parser reads by, so that both accept the same keys.
 * What only the parser can know (units, signals, `${VAR}` that is set) is left to it.
 */
export function processesFileSchema(): JsonSchema {
  const file = objectSchema(FILE_KEYS);
  const properties = file.properties as Record<string, JsonSchema>;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "processes.yaml",
    description: "Processes that Ghost supervises.",
    ...file,
    anyOf: [{ required: ["processes"] }, { required: ["groups"] }],
    properties: { ...properties, processes: { ...properties.processes, oneOf: [listOfProcesses(), mapOfProcesses()] } },
    patternProperties: { "^x-": { description: "Ignored: a place for YAML anchors." } },
    $defs: { process: processSchema() },
  };
}

function processSchema(): JsonSchema {
  return { ...objectSchema(PROCESS_KEYS), oneOf: [{ required: ["executable"] }, { required: ["command"] }, { required: ["app"] }] };
}

function listOfProcesses(): JsonSchema {
  return { type: "array", items: { type: "object", $ref: "#/$defs/process", required: ["name"] } };
}

function mapOfProcesses(): JsonSchema {
  return { type: "object", additionalProperties: { $ref: "#/$defs/process" } };
}
