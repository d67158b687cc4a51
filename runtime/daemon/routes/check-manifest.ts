import type { Manifest, ProcessDefinition } from "../../../core/config/definition.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** A manifest that came over the socket is checked for its shape: Ghost's own client sends what its parser made, others may send anything. Throws USAGE. */
export function checkManifest(manifest: Manifest | undefined): void {
  if (!manifest || typeof manifest !== "object") throw bad("it has no manifest");
  for (const key of ["id", "project", "path"] as const) if (typeof manifest[key] !== "string") throw bad(`manifest.${key} is not a string`);
  if (!Array.isArray(manifest.processes)) throw bad("manifest.processes is not a list");
  if (!isRecord(manifest.secrets)) throw bad("manifest.secrets is not an object");
  for (const [index, definition] of manifest.processes.entries()) checkDefinition(definition, `manifest.processes[${index}]`);
}

function checkDefinition(definition: ProcessDefinition, at: string): void {
  if (!isRecord(definition)) throw bad(`${at} is not an object`);
  for (const key of ["name", "project"] as const) {
    if (typeof definition[key] !== "string" || !NAME.test(definition[key])) throw bad(`${at}.${key} is not a name of letters, digits, - and _`);
  }
  for (const key of ["executable", "workingDirectory"] as const) if (typeof definition[key] !== "string" || definition[key] === "") throw bad(`${at}.${key} is missing`);
  for (const key of ["args", "envFiles"] as const) if (!isTextList(definition[key])) throw bad(`${at}.${key} is not a list of strings`);
  for (const key of ["environment", "inherited", "restart", "stop", "logs", "limits"] as const) if (!isRecord(definition[key])) throw bad(`${at}.${key} is not an object`);
  if (!["always", "on-failure", "never"].includes(definition.restart.policy)) throw bad(`${at}.restart.policy is not always, on-failure or never`);
  for (const key of ["delayMs", "factor", "maxDelayMs", "jitter", "resetAfterMs", "windowMs"] as const) {
    if (!Number.isFinite(definition.restart[key])) throw bad(`${at}.restart.${key} is not a number`);
  }
  if (typeof definition.stop.signal !== "string" || !Number.isFinite(definition.stop.timeoutMs)) throw bad(`${at}.stop is not whole`);
  if (!["service", "oneshot"].includes(definition.type)) throw bad(`${at}.type is not service or oneshot`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function bad(what: string): GhostError {
  return new GhostError("USAGE", `cannot take the manifest: ${what}`, { hint: "its shape is in /v1/openapi.json" });
}
