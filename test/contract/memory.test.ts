import type { GhostData } from "../../core/data/ghost-data.ts";
import { openMemoryData } from "../../runtime/storage/local-data.ts";
import { test } from "../rig/test.ts";
import { dataContract, type Opened } from "./data-contract.ts";
import { STACKS } from "./stacks.ts";

async function open(decorate: (core: GhostData) => Promise<GhostData>): Promise<Opened> {
  const data = await decorate(await openMemoryData());
  return { data, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() as Promise<void> };
}

for (const [stack, decorate] of Object.entries(STACKS)) dataContract({ name: `${stack}memory`, open: () => open(decorate) });

test.run();
