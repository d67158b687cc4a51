import type { EnvironmentView } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { tame } from "./width.ts";

/** The lines of `ghost env`: each variable, its value and where it comes from. */
export function renderVariables({ variables }: EnvironmentView, columns: number, paint: Paint): string[] {
  const rows = variables.map(({ key, value, origin }) => [
    { text: key, paint: paint.bold },
    { text: tame(value) },
    { text: origin, paint: paint.dim },
  ]);
  return renderTable([{ title: "VARIABLE" }, { title: "VALUE", flexible: true }, { title: "ORIGIN" }], rows, columns, paint);
}

/** The lines of `ghost env --diff`: `-` is what the process runs with, `+` what it would get if it started now. */
export function renderEnvironmentDifference({ difference }: EnvironmentView, paint: Paint): string[] {
  if (difference === null) return ["not running: there is nothing to compare with"];
  if (difference.length === 0) return ["no difference: it runs with what is declared"];
  return difference.flatMap(({ key, running, declared }) => [
    ...(running === null ? [] : [paint.red(`- ${key}=${tame(running)}`)]),
    // Two masks look alike; only what differs is listed.
    ...(declared === null ? [] : [paint.green(`+ ${key}=${tame(declared)}${running === declared ? " (changed)" : ""}`)]),
  ]);
}
