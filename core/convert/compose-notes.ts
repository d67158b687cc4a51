import { DOCKER_KEYS } from "./compose-docker.ts";
import type { Service } from "./compose-service.ts";
import { isPlainMap } from "./plain.ts";

const TAKEN = new Set("restart deploy scale healthcheck stop_grace_period depends_on profiles build".split(" "));
const ANSWERS: Readonly<Record<string, string>> = {
  tty: "no equal: programs that Ghost keeps have no terminal",
  logging: "docker hands the output on to Ghost, which keeps it: ghost logs NAME",
  external_links: "containers of one network find each other by name",
  extends: "no equal: copy what it takes from there",
  develop: "write watch: { paths: […] }",
  post_start: "no equal",
  pre_stop: "write it into stop: { command: … }",
  label_file: "no equal: add --label-file to the command",
  blkio_config: "no equal: add docker's own options to the command",
  credential_spec: "no equal",
};
/** Parts of `deploy` that are converted. */
const DEPLOY_TAKEN = new Set(["replicas", "restart_policy", "resources", "mode"]);

/** Puts a comment at a service's process for each key that is not taken over. */
export function noteServiceKeys({ values, process }: Service): void {
  for (const [key, value] of Object.entries(values)) {
    if (DOCKER_KEYS.has(key) || TAKEN.has(key) || key.startsWith("x-")) continue;
    process.note(`${key}: ${JSON.stringify(value)} — ${ANSWERS[key] ?? "no equal"}`);
  }
  const { deploy } = values;
  if (!isPlainMap(deploy)) return;
  for (const key of Object.keys(deploy))
    if (!DEPLOY_TAKEN.has(key)) process.note(`deploy.${key} has no equal: Ghost places nothing on other machines`);
  if (isPlainMap(deploy.resources) && deploy.resources.reservations !== undefined)
    process.note("deploy.resources.reservations has no equal");
}
