import type { Context } from "../context.ts";
import { namedSaga, readSaga, withSaga } from "./sagas.ts";

/** `saga retry NAME ID [STEP]`: what is parked is tried again, as soon as its app runs. */
export function retry(context: Context, words: readonly string[]): Promise<number> {
  return obey(context, "retry", words, "is tried again");
}

/** `saga skip NAME ID [STEP]`: what is parked is given up. */
export function skip(context: Context, words: readonly string[]): Promise<number> {
  return obey(context, "skip", words, "is given up");
}

async function obey(context: Context, is: "retry" | "skip", words: readonly string[], becomes: string): Promise<number> {
  const [name, id, step] = namedSaga(context, is, words, 3);
  const state = await withSaga(context, name, id, `${is} the saga ${name} ${id}`, async (hub) => {
    await hub.send(["GHOST.SAGA", is.toUpperCase(), name, id, ...(step === undefined ? [] : [step])]);
    return (await readSaga(hub, name, id)).state;
  });
  if (context.json) context.printJson({ name, id, ...(step !== undefined && { step }), state });
  else context.say(`${name} ${id}: ${step ?? "what was parked"} ${becomes} as soon as its app runs`);
  return 0;
}
