import { parse } from "yaml";
import { sanitizeName } from "../config/names.ts";
import { baseName, directoryOf } from "../config/posix-path.ts";
import { setCommand, setShellLine, textOf } from "./command.ts";
import { dockerArguments } from "./compose-docker.ts";
import { setKeeping } from "./compose-keeping.ts";
import { noteServiceKeys } from "./compose-notes.ts";
import { networkOf } from "./compose-places.ts";
import { containerName, isBuilt, replicasOf, type Service } from "./compose-service.ts";
import { type Draft, DraftProcess, emptyDraft, Template, type Text } from "./draft.ts";
import { NameBook } from "./name-book.ts";
import { isPlainMap, type PlainMap, refuseFile, textIn, textsIn } from "./plain.ts";
import type { ForeignFile, Surroundings } from "./source.ts";

/** Converts a compose file: a service becomes `docker run --rm --name …` of its image, or of the one that Compose builds for it. */
export function convertCompose(source: ForeignFile, surroundings: Surroundings): Draft {
  const file = readFile(source);
  const project = projectName(file, source, surroundings);
  const names = new NameBook();
  const entries = Object.entries(file.services as PlainMap).filter((entry): entry is [string, PlainMap] => isPlainMap(entry[1]));
  const services = entries
    .filter(([, values]) => values.image !== undefined || isBuilt(values))
    .map(([key, values]): Service => ({ key, values, process: new DraftProcess(names.nameFor(key)), project, file, source, surroundings }));
  const draft = emptyDraft(textIn(file.name) === undefined ? null : sanitizeName(project));
  noteImageless(draft, entries);
  const networks = [...new Set(services.map(networkOf).filter((network) => network !== null))];
  const makers = networks
    .map((network) => networkMaker(network, names, externalNetworks(file).has(network), settingsOf(file, project, network)))
    .filter((maker) => maker !== null);
  for (const service of services) convertService(service, services, makers);
  draft.processes.push(...makers.map(({ process }) => process), ...services.map(({ process }) => process));
  addProfiles(draft, services, names);
  noteFile(draft, file);
  noteOverride(draft, source, surroundings);
  return draft;
}

interface NetworkMaker {
  readonly network: string;
  readonly process: DraftProcess;
}

function readFile(source: ForeignFile): PlainMap {
  let value: unknown;
  try {
    value = parse(source.text, { merge: true });
  } catch (error) {
    throw refuseFile(source, `it is no YAML (${(error as Error).message.split("\n")[0]})`, "docker compose config shows what is wrong");
  }
  if (isPlainMap(value) && isPlainMap(value.services)) return value;
  throw refuseFile(source, "it has no `services`", "is it a compose file?");
}

function convertService(service: Service, services: readonly Service[], makers: readonly NetworkMaker[]): void {
  const { process } = service;
  setRun(service, ["docker", "run", "--rm", ...dockerArguments(service, services)]);
  const network = networkOf(service);
  const maker = makers.find((each) => each.network === network)?.process.name;
  setKeeping(service, services, maker === undefined ? [] : [maker]);
  noteServiceKeys(service);
  if (isBuilt(service.values))
    process.note(`build: Ghost builds no images. Build it first, and after each change: docker compose build ${service.key}`);
}

/** COMPOSE_PROJECT_NAME of `.env` wins over `name`; else it is the folder's name with what a project's name may not have left out (NormalizeProjectName of compose-go). */
function projectName(file: PlainMap, source: ForeignFile, { dotenv }: Surroundings): string {
  const name = dotenv.COMPOSE_PROJECT_NAME || textIn(file.name) || baseName(directoryOf(source.path));
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, "")
      .replace(/^[_-]+/, "") || "project"
  );
}

/** Several instances need a shell, because each container needs a name of its own. */
function setRun(service: Service, words: readonly Text[]): void {
  const name = textOf(containerName(service));
  if (replicasOf(service) === 1) return setCommand(service.process, words);
  const probe = new DraftProcess(service.process.name);
  setCommand(probe, words);
  const line = probe.keys.command;
  const numbered = (text: string) => `exec ${text.replace(` --name ${name} `, ` --name ${name}-$GHOST_INSTANCE `)}`;
  if (typeof line === "string") setShellLine(service.process, numbered(line));
  else if (line instanceof Template) setShellLine(service.process, new Template(numbered(textOf(line))));
}

/** Compose makes the project's network; here a one-shot does. */
function networkMaker(network: string, names: NameBook, external: boolean, settings: PlainMap): NetworkMaker | null {
  if (external) return null;
  const process = new DraftProcess(names.nameFor(`network ${network}`));
  setShellLine(process, `docker network inspect ${network} > /dev/null 2>&1 || docker network create ${network}`);
  process.set("type", "oneshot");
  process.note("Compose makes this network, in which the containers find each other by the services' names.");
  if (Object.keys(settings).length > 0)
    process.note(
      `what the network is beyond that has no equal: add docker's options to \`docker network create\` for ${JSON.stringify(settings)}`,
    );
  return { network, process };
}

/** What the file says of a network besides its name. `bridge` is what docker makes of itself. */
function settingsOf({ networks }: PlainMap, project: string, network: string): PlainMap {
  const all = Object.entries(isPlainMap(networks) ? networks : {}).map(([key, value]) => [key, isPlainMap(value) ? value : {}] as const);
  const found = all.find(([key, value]) => network === (textIn(value.name) ?? `${project}_${key}`))?.[1] ?? {};
  return Object.fromEntries(Object.entries(found).filter(([key, value]) => key !== "name" && !(key === "driver" && value === "bridge")));
}

function externalNetworks(file: PlainMap): ReadonlySet<string> {
  const networks = isPlainMap(file.networks) ? file.networks : {};
  return new Set(
    Object.entries(networks).flatMap(([key, value]) => (isPlainMap(value) && value.external ? [textIn(value.name) ?? key] : [])),
  );
}

function noteImageless(draft: Draft, entries: readonly (readonly [string, PlainMap])[]): void {
  for (const [key, values] of entries) {
    if (values.image !== undefined || isBuilt(values)) continue;
    draft.notes.push(
      `service ${key} was left out: it has neither an image nor a build${values.extends === undefined ? "" : "; copy what it extends into it"}.`,
    );
  }
}

/** A profile is a group. Compose starts its services only when it is asked for. */
function addProfiles(draft: Draft, services: readonly Service[], names: NameBook): void {
  const members = new Map<string, string[]>();
  for (const { values, process } of services) {
    for (const profile of textsIn(values.profiles)) members.set(profile, [...(members.get(profile) ?? []), process.name]);
  }
  for (const [profile, processes] of members) draft.groups.push({ name: names.nameFor(`profile ${profile}`), processes });
  if (members.size > 0)
    draft.notes.push(
      "Profiles became groups. `ghost register --start` starts all; Compose starts a profile's services only when it is asked for.",
    );
}

/** Compose merges it without being asked (https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/). */
function noteOverride(draft: Draft, { path }: ForeignFile, { isFile }: Surroundings): void {
  const override = path.replace(/\.(ya?ml)$/, ".override.$1");
  const there = [override, override.replace(/ml$/, "aml"), override.replace(/aml$/, "ml")].find((each) => each !== path && isFile(each));
  if (there !== undefined)
    draft.notes.push(`${baseName(there)} was not read, which Compose merges: \`docker compose config > whole.yaml\`, and import that.`);
}

function noteFile(draft: Draft, file: PlainMap): void {
  for (const [name, volume] of Object.entries(isPlainMap(file.volumes) ? file.volumes : {})) {
    if (isPlainMap(volume) && !volume.external && (volume.driver_opts !== undefined || (volume.driver ?? "local") !== "local"))
      draft.notes.push(
        `volume ${name}: docker run makes a plain one; make it first with \`docker volume create\` for ${JSON.stringify(volume)}.`,
      );
  }
  if (file.include !== undefined) draft.notes.push("`include`: import the included files as well; files merge in order.");
  if (draft.processes.length > 0)
    draft.notes.push(
      "Each service runs as `docker run`: what a container may use is bounded by docker's own options, and Ghost sees the docker client.",
    );
}
