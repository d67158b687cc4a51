import type { GhostData } from "../../core/data/ghost-data.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { usage } from "../arguments.ts";
import { printLine } from "../bus/subscribe.ts";
import { type Context, countOption } from "../context.ts";
import { durationOption, KEPT_MAX_MS } from "../hub/durations.ts";
import { valueIn, wordOrInput } from "../hub/input.ts";
import { longValue, shortValue } from "../output/messages.ts";
import { count, formatDuration } from "../output/quantities.ts";
import { renderTable } from "../output/table.ts";
import { type FoundKey, keysWithKinds, refuseOtherKinds } from "./kinds.ts";
import { withData } from "./open.ts";

/** How wide a kind is shown: `string` and two blanks. */
const KIND_CELLS = 8;

/** `data get KEY…`: the value, of several keys a line each. */
export async function get(context: Context, keys: readonly string[]): Promise<number> {
  const [key] = needKeys(context, "get", keys);
  return withData(context, `get ${keys.join(", ")}`, "reads", ({ data }) =>
    keys.length === 1 ? getOne(context, data, key) : getMany(context, data, keys),
  ).catch((error: unknown) => {
    throw error instanceof GhostError && error.code === "WRONG_TYPE" ? noValue(keys, error) : error;
  });
}

async function getOne(context: Context, data: GhostData, key: string): Promise<number> {
  const found = context.flag("meta") ? await data.getWithVersion(key) : undefined;
  const value = context.flag("meta") ? found?.value : await data.get(key);
  if (value === undefined) throw missing(key);
  if (context.json) context.printJson(found ? { key, ...found } : value);
  else {
    await printValue(context, value);
    if (found)
      context.say(`version ${found.version}, ${found.expiresInMs === null ? "stays" : `gone in ${formatDuration(found.expiresInMs)}`}`);
  }
  return 0;
}

/** Exits with 3 where one is not there; the others are shown. */
async function getMany(context: Context, data: GhostData, keys: readonly string[]): Promise<number> {
  const values = await data.getBatch(keys);
  const paint = await context.paint();
  const found = [...new Set(keys)].filter((key) => values.has(key));
  if (context.json) for (const key of found) printLine(context, { key, value: values.get(key) });
  else if (found.length > 0)
    context.print(
      ...renderTable(
        [{ title: "KEY" }, { title: "VALUE", flexible: true }],
        found.map((key) => [{ text: key, paint: paint.bold }, { text: shortValue(values.get(key)) }]),
        context.output.columns,
        paint,
      ),
    );
  const absent = keys.filter((key) => !values.has(key));
  if (absent.length > 0) context.say(`not there: ${absent.join(", ")}`);
  return absent.length > 0 ? 3 : 0;
}

async function printValue(context: Context, value: unknown): Promise<void> {
  if (typeof value === "string") context.print(value);
  else if (context.output.isTerminal) context.print(...longValue(value, Number.POSITIVE_INFINITY, await context.paint()));
  else context.print(JSON.stringify(value));
}

/** `data set KEY VALUE`. */
export async function set(context: Context, [key, word, extra]: readonly (string | undefined)[]): Promise<number> {
  if (key === undefined) throw usage(context.verb, "set needs a KEY and a VALUE");
  if (extra !== undefined) throw usage(context.verb, `${extra} is one argument too many`, "put a value with blanks in quotes; ");
  const expiryMs = durationOption(context, "expiry", KEPT_MAX_MS);
  const version = context.text("ifVersion") === undefined ? null : countOption(context, "ifVersion", 0);
  const value = valueIn(wordOrInput(context, word ?? context.passed[0], "a VALUE"), context.flag("text"));
  const options = expiryMs === undefined ? {} : { expiry: `${expiryMs}ms` as const };
  const newVersion = await withData(context, `set ${key}`, "writes", async ({ data }, hub) => {
    if (!context.flag("force")) await refuseOtherKinds(hub, key);
    if (version !== null) return data.setIfVersion(key, value, version, options);
    await data.set(key, value, options);
    return null;
  });
  if (newVersion === undefined) throw conflict(key, version);
  if (context.json) context.printJson({ key, ...(newVersion !== null && { version: newVersion }) });
  else
    context.say(
      `${key} set${expiryMs === undefined ? "" : `, for ${formatDuration(expiryMs)}`}${newVersion === null ? "" : `, version ${newVersion}`}`,
    );
  return 0;
}

/** `data del KEY…`: exits with 3 where none of them was there. */
export async function remove(context: Context, keys: readonly string[]): Promise<number> {
  needKeys(context, "del", keys);
  const deleted = await withData(context, `delete ${keys.join(", ")}`, "reads", ({ data }) => data.deleteBatch(keys));
  if (context.json) context.printJson({ deleted });
  else context.say(deleted === 0 ? `nothing to delete: no ${keys.join(", ")}` : `${count(deleted, "key")} deleted`);
  return deleted === 0 ? 3 : 0;
}

/** `data scan [GLOB]`: keys, one a line, as they are found; on a terminal and with --json with their kinds. */
export async function scan(context: Context, [glob = "*", extra]: readonly string[]): Promise<number> {
  if (extra !== undefined) throw usage(context.verb, `${extra} is one argument too many`, "put the GLOB in quotes; ");
  const most = countOption(context, "lines", 0);
  const paint = await context.paint();
  const seen = new Set<string>();
  const show = ({ key, kind }: FoundKey): void => {
    if (context.json) printLine(context, { key, type: kind });
    else context.print(context.output.isTerminal ? `${paint.dim(kind.padEnd(KIND_CELLS))}${shortValue(key)}` : key);
  };
  await withData(context, "scan", "reads", async ({ data }, hub) => {
    const keys = data.scan(glob, { signal: context.interruption });
    for await (const found of context.json || context.output.isTerminal ? keysWithKinds(hub, keys) : plainly(keys)) {
      if (seen.has(found.key)) continue;
      seen.add(found.key);
      show(found);
      if (most > 0 && seen.size >= most) break;
    }
  }).catch((error: unknown) => {
    if (!context.interruption.aborted) throw error;
  });
  if (context.interruption.aborted) return 130;
  if (seen.size === 0) context.say(`no keys match ${glob}`);
  return 0;
}

/** Nobody sees the kinds: they are not asked for. */
async function* plainly(keys: AsyncIterable<string>): AsyncGenerator<FoundKey, void, undefined> {
  for await (const key of keys) yield { key, kind: "" };
}

/** `data incr KEY [--by N]`: prints the sum. */
export async function increment(context: Context, [key, extra]: readonly string[]): Promise<number> {
  if (key === undefined) throw usage(context.verb, "incr needs a KEY");
  if (extra !== undefined) throw usage(context.verb, `${extra} is one argument too many`, `--by=${extra} says by how much; `);
  const by = context.text("by") ?? "1";
  if (!/^[+-]?\d{1,15}$/.test(by)) throw usage(context.verb, `--by takes a whole number, not ${by}`);
  const sum = await withData(context, `increment ${key}`, "writes", ({ data }) => data.increment(key, Number(by)));
  if (context.json) context.printJson({ key, value: sum });
  else if (!context.quiet) context.print(String(sum));
  return 0;
}

/** `data invalidate KEY… | --pattern GLOB`: caches forget; the data stays. */
export async function invalidate(context: Context, keys: readonly string[]): Promise<number> {
  const pattern = context.text("pattern");
  if (pattern === undefined) needKeys(context, "invalidate", keys, " or --pattern");
  await withData(context, "invalidate", "writes", async ({ data }) => {
    if (keys.length > 0) await data.invalidateBatch(keys);
    if (pattern !== undefined) await data.invalidatePattern(pattern);
  });
  if (context.json) context.printJson({ keys, ...(pattern !== undefined && { pattern }) });
  else context.say(`caches were told to forget ${[...keys, ...(pattern === undefined ? [] : [pattern])].join(", ")}`);
  return 0;
}

function needKeys(context: Context, action: string, keys: readonly string[], or = ""): [string] {
  if (keys.length === 0) throw usage(context.verb, `${action} needs a KEY${or}`, "ghost data scan shows them; ");
  return [keys[0] as string];
}

function missing(key: string): GhostError {
  return new GhostError("NOT_FOUND", `cannot get ${key}: there is no such key`, {
    hint: "ghost data scan shows those that are there; --namespace NAME looks into an app's",
  });
}

function noValue(keys: readonly string[], cause: GhostError): GhostError {
  const what = keys.length === 1 ? "it is a stream or a hash, and no value" : "one of them is a stream or a hash, and no value";
  return new GhostError("WRONG_TYPE", `cannot get ${keys.join(", ")}: ${what}`, {
    hint: `ghost bus stream read ${keys.length === 1 ? keys[0] : "NAME"} shows a stream`,
    cause,
  });
}

function conflict(key: string, version: number | null): GhostError {
  const why = version === 0 ? "it is there already" : `it has not version ${version} any more, or is not there`;
  return new GhostError("VERSION_CONFLICT", `cannot set ${key}: ${why}`, { hint: `ghost data get ${key} --meta shows its version now` });
}
