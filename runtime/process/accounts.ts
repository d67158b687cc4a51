/** Users and groups by name or number. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** The account of a name or uid: from /etc/passwd, else from the system's directory (`getent`). Throws CONFIG_INVALID when there is none. */
export function findAccount(user: string): Account {
  const line = findLine(readDatabase("/etc/passwd"), user, 2) ?? findLine(query("passwd", user), user, 2);
  if (!line)
    throw new GhostError("CONFIG_INVALID", `cannot run as user ${user}: there is no such user`, {
      hint: "create the user, or mend `user:`",
    });
  const [name = "", , uid = "", gid = "", , home = "/", shell = "/bin/sh"] = line;
  return { name, uid: Number(uid), gid: Number(gid), home, shell };
}

/** The id of a group's name or number. Throws CONFIG_INVALID when there is none. */
export function findGroup(group: string): number {
  const line = findLine(readDatabase("/etc/group"), group, 2) ?? findLine(query("group", group), group, 2);
  if (line) return Number(line[2]);
  if (/^\d+$/.test(group)) return Number(group);
  throw new GhostError("CONFIG_INVALID", `cannot run as group ${group}: there is no such group`, {
    hint: "create the group, or mend `group:`",
  });
}

function findLine(text: string, key: string, idColumn: number): string[] | undefined {
  for (const line of text.split("\n")) {
    const columns = line.split(":");
    if (columns[0] === key || columns[idColumn] === key) return columns;
  }
  return undefined;
}

function readDatabase(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function query(database: string, key: string): string {
  return spawnSync("getent", [database, key], { encoding: "utf8", timeout: 2000 }).stdout ?? "";
}
