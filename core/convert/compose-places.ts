import { directoryOf, resolvePath } from "../config/posix-path.ts";
import { textOf } from "./command.ts";
import { asText, type Service } from "./compose-service.ts";
import { Template, type Text } from "./draft.ts";
import { isPlainMap, type PlainMap, textIn, textsIn } from "./plain.ts";

/** The docker network that a service is in, `PROJECT_default` unless it says otherwise; null where it has none of its own (`network_mode`). */
export function networkOf({ values, file, project }: Service): string | null {
  if (values.network_mode !== undefined) return null;
  const [first = "default"] = networkKeys(values);
  const declared = isPlainMap(file.networks) ? file.networks[first] : undefined;
  if (isPlainMap(declared) && textIn(declared.name) !== undefined) return textIn(declared.name) ?? null;
  return isPlainMap(declared) && declared.external ? first : `${project}_${first}`;
}

/** The networks that a service names. */
export function networkKeys({ networks }: PlainMap): string[] {
  return isPlainMap(networks) ? Object.keys(networks) : textsIn(networks);
}

/** `--publish` for each port, in the short or the long form. */
export function publishArguments(service: Service): Text[] {
  const ports = Array.isArray(service.values.ports) ? service.values.ports : [];
  return ports.flatMap((port: unknown) => ["--publish", asText(service, isPlainMap(port) ? longPort(port) : port)]);
}

function longPort({ target, published, host_ip: address, protocol }: PlainMap): string {
  const host = [textIn(address), textIn(published)].filter((part) => part !== undefined).join(":");
  return `${host === "" ? "" : `${host}:`}${textIn(target) ?? ""}${protocol === undefined ? "" : `/${String(protocol)}`}`;
}

/** `--volume`, `--tmpfs` and files of secrets and configs. Volumes keep the names that Compose gives them, so that their data is found. */
export function volumeArguments(service: Service): Text[] {
  const { volumes } = service.values;
  const list = Array.isArray(volumes) ? volumes : [];
  return [
    ...list.flatMap((volume: unknown) =>
      isPlainMap(volume) ? longVolume(service, volume) : ["--volume", shortVolume(service, asText(service, volume))],
    ),
    ...fileArguments(service, "secrets", "/run/secrets/"),
    ...fileArguments(service, "configs", "/"),
  ];
}

function shortVolume(service: Service, volume: Text): Text {
  const text = textOf(volume);
  const colon = text.startsWith("${") ? text.indexOf(":", text.indexOf("}")) : text.indexOf(":");
  if (colon === -1) return volume;
  const whole = sourceOf(service, text.slice(0, colon)) + text.slice(colon);
  return volume instanceof Template ? new Template(whole) : whole;
}

function longVolume(service: Service, volume: PlainMap): Text[] {
  const { type, source, target, read_only: readOnly } = volume;
  const [bind, named, tmpfs] = [volume.bind, volume.volume, volume.tmpfs].map((part) => (isPlainMap(part) ? part : {}));
  if (type === "tmpfs")
    return ["--tmpfs", `${textIn(target) ?? ""}${textIn(tmpfs?.size) === undefined ? "" : `:size=${textIn(tmpfs?.size)}`}`];
  const options = [
    readOnly === true ? "ro" : undefined,
    textIn(bind?.propagation),
    textIn(bind?.selinux),
    named?.nocopy === true ? "nocopy" : undefined,
  ];
  const end = options.filter((option) => option !== undefined).join(",");
  if (named?.subpath !== undefined)
    service.process.note(`volumes: ${textIn(target)}: subpath has no equal: write --mount into the command`);
  const from = textIn(source);
  const place = from === undefined ? "" : `${textOf(asText(service, sourceOf(service, from)))}:`;
  const whole = `${place}${textIn(target) ?? ""}${end === "" ? "" : `:${end}`}`;
  return ["--volume", whole.includes("${") ? new Template(whole) : whole];
}

function sourceOf(service: Service, source: string): string {
  if (source.startsWith("/") || source.startsWith("$")) return source;
  // docker itself knows no ~: the shell that is not run would have filled it in.
  if (source.startsWith("~")) return (service.surroundings.environment.HOME ?? "~") + source.slice(1);
  if (source.startsWith(".")) return resolvePath(directoryOf(service.source.path), source);
  const declared = isPlainMap(service.file.volumes) ? service.file.volumes[source] : undefined;
  if (isPlainMap(declared) && textIn(declared.name) !== undefined) return textIn(declared.name) ?? source;
  return isPlainMap(declared) && declared.external ? source : `${service.project}_${source}`;
}

/** A secret or config that is a file is mounted; any other has no equal. */
function fileArguments(service: Service, kind: "secrets" | "configs", folder: string): Text[] {
  const list = Array.isArray(service.values[kind]) ? (service.values[kind] as unknown[]) : [];
  const declared = isPlainMap(service.file[kind]) ? (service.file[kind] as PlainMap) : {};
  return list.flatMap((item) => {
    const name = isPlainMap(item) ? (textIn(item.source) ?? "") : (textIn(item) ?? "");
    const target = isPlainMap(item) ? textIn(item.target) : undefined;
    const entry = declared[name];
    const file = isPlainMap(entry) ? textIn(entry.file) : undefined;
    if (file === undefined) {
      service.process.note(`${kind}: ${name} is no file and has no equal: mount a file, or use environment`);
      return [];
    }
    const inside = target === undefined ? folder + name : target.startsWith("/") ? target : folder + target;
    return ["--volume", `${resolvePath(directoryOf(service.source.path), file)}:${inside}:ro`];
  });
}
