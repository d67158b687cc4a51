/** Path arithmetic on absolute POSIX paths, for code that may not import `node:path`. */

/** `path` taken from `directory` (absolute), without `.`, `..`, doubled and trailing slashes. */
export function resolvePath(directory: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${directory}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The folder that holds an absolute path. */
export function directoryOf(path: string): string {
  return resolvePath(path, "..");
}

/** The last part of a path; empty for the root. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `~` and `~/…` with the home put in; unchanged where there is no home or no tilde. */
export function expandHome(path: string, home: string | undefined): string {
  if (!home || !(path === "~" || path.startsWith("~/"))) return path;
  return home + path.slice(1);
}
