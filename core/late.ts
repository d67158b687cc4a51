/**
 * Something whose code is loaded when it is first called: what few apps use costs no app's start. All its methods give promises, but those in
 * `iterated`, which give async iterables. They fail as the real ones do, none at once. Where the real one is read in a loop, so is this.
 */
export function late<T extends object>(load: () => Promise<T>, iterated: readonly (keyof T)[] = []): T {
  type Method = (...args: unknown[]) => unknown;
  // Awaited, so that an error's stack leads to who called.
  const call = async (name: keyof T, args: unknown[]): Promise<unknown> => await ((await load())[name] as Method)(...args);
  async function* iterate(name: keyof T, args: unknown[]): AsyncGenerator<unknown> {
    yield* (await call(name, args)) as AsyncIterable<unknown>;
  }
  const get = (_: object, key: string | symbol): unknown => {
    const name = key as keyof T;
    // Whoever awaits it must not take it for a promise.
    if (key === "then") return undefined;
    if (key === Symbol.asyncIterator) return () => proxy;
    return iterated.includes(name) ? (...args: unknown[]) => iterate(name, args) : (...args: unknown[]) => call(name, args);
  };
  const proxy = new Proxy({}, { get }) as T;
  return proxy;
}
