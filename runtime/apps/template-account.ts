import { GhostError } from "../../core/errors/ghost-error.ts";
import { APP_FILE, appTextOf, isClientLibrary, leftBehindBy } from "./app-as-template.ts";
import { ACCOUNT_FILE, SDK_KINDS, type Template, type TemplateFile } from "./template.ts";

/** Makes a template of files: takes what `.template.json` says out of them, and its defaults where there is none. `leftOut` was not even read. Throws CONFIG_INVALID, also where nothing in it makes an app. */
export function templateOf(name: string, origin: string, files: readonly TemplateFile[], leftOut: readonly string[]): Template {
  const account = files.find(({ path }) => path === ACCOUNT_FILE);
  const { about = "", sdk = sdkByFiles(files) } = account ? readAccount(account, origin) : {};
  const kind = SDK_KINDS.find((each) => each === sdk);
  if (typeof about !== "string" || !kind)
    throw invalid(origin, `\`about\` is a text, \`sdk\` is ${SDK_KINDS.slice(0, -1).join(", ")} or ${SDK_KINDS.at(-1)}`);
  const leftBehind = leftBehindBy(appTextOf(files));
  if (files.every(({ path }) => path !== APP_FILE)) throw noAppFile(origin, files);
  const left = files.flatMap(({ path }) => leftBehind(path) ?? []);
  const isPart = (file: TemplateFile): boolean => file !== account && leftBehind(file.path) === undefined && !isClientLibrary(file, kind);
  return { name, origin, about, sdk: kind, files: files.filter(isPart), leftOut: [...new Set([...leftOut, ...left])].sort() };
}

function readAccount({ bytes }: TemplateFile, origin: string): { about?: unknown; sdk?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw invalid(origin, (error as Error).message);
  }
  throw invalid(origin, "it is no object");
}

function sdkByFiles(files: readonly TemplateFile[]): string {
  const text = files.find(({ path }) => path === "package.json");
  if (text && Buffer.from(text.bytes).includes('"ghost-sdk"')) return "typescript";
  return files.some((file) => isClientLibrary(file, "python")) ? "python" : "none";
}

function invalid(origin: string, why: string): GhostError {
  return new GhostError("CONFIG_INVALID", `cannot use the template ${origin}: ${ACCOUNT_FILE}: ${why}`, {
    hint: `${ACCOUNT_FILE} reads {"about": "a line", "sdk": "typescript"}, or is left out`,
  });
}

function noAppFile(origin: string, files: readonly TemplateFile[]): GhostError {
  const below = files.find(({ path }) => path.endsWith(`/${APP_FILE}`))?.path.slice(0, -APP_FILE.length - 1);
  const why = files.length === 0 ? "there is nothing in it" : `it has no ${APP_FILE}`;
  return new GhostError("CONFIG_INVALID", `cannot use the template ${origin}: ${why}`, {
    hint:
      below === undefined ? `${APP_FILE} makes a folder an app: write one with app: { id: "{{name}}" }` : `there is one in ${below} of it`,
  });
}
