/**
 * Where the code of the pump's thread is. In development this is the address of its file; in a bundle `bundle-plugin.ts`
 * puts the code itself in the place of this module, because a compiled binary has no files beside it.
 */
export const workerSource: string | URL = new URL("./pump-worker.ts", import.meta.url);
