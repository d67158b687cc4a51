import { Document, isMap, isScalar, type Pair, type YAMLMap } from "yaml";
import { composeService } from "./compose-service.ts";
import type { Exported, ExportedProcess, ForeignText } from "./definitions.ts";

/** What the whole file says before its first service. */
const TITLE = [
  "Made by `ghost export compose`. Secrets are not in it: set the variables, or fill .env.example in as .env beside this file.",
  "A program of this machine is put into an image of its runtime, with its folder mounted and this machine's network: look whether the image has all it needs.",
];

/** A compose file that runs what Ghost ran, and the variables that it needs. `docker run` becomes the service that it says; any other program gets an image. */
export function exportCompose(exported: Exported): ForeignText[] {
  const made = exported.processes.flatMap(networkMadeBy);
  const kept = { ...exported, processes: exported.processes.filter((process) => networkMadeBy(process).length === 0) };
  const services = kept.processes.map((process) => ({ name: process.definition.name, ...composeService(process, kept) }));
  const networks = new Set(services.flatMap(({ networks: used }) => used));
  const volumes = new Set(services.flatMap(({ volumes: used }) => used));
  const content = {
    name: exported.processes[0]?.definition.project.toLowerCase() ?? "ghost",
    services: Object.fromEntries(services.map(({ name, values }) => [name, values])),
    ...(networks.size > 0 && { networks: { ...externals(networks), ...ownNetworks(made) } }),
    ...(volumes.size > 0 && { volumes: externals(volumes) }),
  };
  // Compose's readers take a bare `no` for false.
  const document = new Document(content, { schema: "yaml-1.1" });
  document.commentBefore = TITLE.map((line) => ` ${line}`).join("\n");
  comment(document, new Map(services.map(({ name, comments }) => [name, comments])));
  const variables = new Set(services.flatMap(({ variables: used }) => used));
  return [{ name: "compose.yaml", text: document.toString({ lineWidth: 0 }) }, ...(variables.size > 0 ? [example(variables)] : [])];
}

/** The network that a process of `ghost import` makes: Compose makes it itself. */
function networkMadeBy({ definition }: ExportedProcess): string[] {
  const made = /^docker network inspect (\S+) > \/dev\/null 2>&1 \|\| docker network create \1$/.exec(definition.executable)?.[1];
  return made === undefined ? [] : [made];
}

function ownNetworks(names: readonly string[]): Record<string, { readonly name: string }> {
  return Object.fromEntries(names.map((name) => [name, { name }]));
}

/** They exist already, under these very names. */
function externals(names: ReadonlySet<string>): Record<string, { readonly external: true }> {
  return Object.fromEntries([...names].map((name) => [name, { external: true as const }]));
}

function comment(document: Document, comments: ReadonlyMap<string, readonly string[]>): void {
  const services = document.get("services") as YAMLMap;
  for (const pair of services.items as Pair[]) {
    const lines = isScalar(pair.key) ? (comments.get(String(pair.key.value)) ?? []) : [];
    if (isScalar(pair.key) && lines.length > 0)
      pair.key.commentBefore = lines.map((line) => ` ${line.replace(/\p{Cc}/gu, " ")}`).join("\n");
    if (isMap(pair.value)) pair.value.flow = false;
  }
}

function example(variables: ReadonlySet<string>): ForeignText {
  const lines = ["# Fill in and save as .env beside compose.yaml (chmod 600).", ...[...variables].sort().map((name) => `${name}=`)];
  return { name: ".env.example", text: `${lines.join("\n")}\n` };
}
