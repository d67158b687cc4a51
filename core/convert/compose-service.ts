import { composeText } from "./compose-text.ts";
import { type DraftProcess, Template, type Text } from "./draft.ts";
import type { PlainMap } from "./plain.ts";
import { textIn } from "./plain.ts";
import type { ForeignFile, Surroundings } from "./source.ts";

/** One service of a compose file while it is converted, and the file around it. */
export interface Service {
  readonly key: string;
  readonly values: PlainMap;
  readonly process: DraftProcess;
  /** The compose project: it begins the names of containers, volumes and networks. */
  readonly project: string;
  /** The whole file. */
  readonly file: PlainMap;
  readonly source: ForeignFile;
  readonly surroundings: Surroundings;
}

/** The container's name; several instances append `-$GHOST_INSTANCE`. */
export function containerName(service: Service): Text {
  const { key, values, project } = service;
  return textIn(values.container_name) === undefined ? `${project}-${key}` : asText(service, values.container_name);
}

/** A text around the name of a service's container, in which variables are meant if they are in the name. `make` must give no other `${`. */
export function aroundName(service: Service, make: (name: string) => string): Text {
  const name = containerName(service);
  return name instanceof Template ? new Template(make(name.text)) : make(name);
}

/** Whether Compose builds its image. */
export function isBuilt({ build }: PlainMap): boolean {
  return build !== undefined && build !== null;
}

/** The image's name: what Compose builds it tags PROJECT-SERVICE, unless `image` says otherwise (https://docs.docker.com/reference/cli/docker/compose/build/). */
export function imageName(service: Service): Text {
  const { values, project, key } = service;
  return values.image === undefined ? `${project}-${key}` : asText(service, values.image);
}

/** A text of the file with Compose's variables in Ghost's spelling. */
export function asText(service: Service, value: unknown): Text {
  return composeText(textIn(value) ?? "", service.surroundings.dotenv, (complaint) => service.process.note(complaint));
}

/** How many of it there are: `scale` or `deploy.replicas`, else 1. */
export function replicasOf({ values }: Service): number {
  const deploy = values.deploy as PlainMap | undefined;
  const count = Number(values.scale ?? deploy?.replicas ?? 1);
  return Number.isInteger(count) && count > 0 ? count : 1;
}
