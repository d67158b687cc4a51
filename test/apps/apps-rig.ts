import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessDetail, ProcessView } from "../../core/api/wire.ts";
import type { Home } from "../rig/home.ts";

/** Writes an app's folder below the test's `work` and gives its path; `files` are texts by name. */
export function makeApp(home: Home, name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(home.work, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

/** Links an app's folder into `ghosts/`. */
export function linkApp(home: Home, folder: string, name: string): string {
  const ghosts = join(home.dir, "ghosts");
  mkdirSync(ghosts, { recursive: true });
  const link = join(ghosts, name);
  symlinkSync(folder, link);
  return link;
}

/** What `ghost list --json` shows. */
export async function listed(home: Home): Promise<ProcessView[]> {
  return (await home.ok(["list", "--json"])).json<ProcessView[]>();
}

/** What `ghost status NAME --json` shows. */
export async function statusOf(home: Home, name: string): Promise<ProcessDetail> {
  return (await home.ok(["status", name, "--json"])).json<ProcessDetail>();
}

/** The environment of whoever prints it as JSON in its first line, from the log of an app. */
export async function firstLine(home: Home, name: string): Promise<string> {
  const { stdout } = await home.ok(["logs", name, "--json", "-n", "1"]);
  return (JSON.parse(stdout.split("\n")[0] ?? "{}") as { line: string }).line;
}
