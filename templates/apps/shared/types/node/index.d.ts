// What this app uses of Node's modules, so that an editor can read it as it is. `npm install` brings the types of all of them (@types/node), which are
// then read in the place of these: see `typeRoots` in tsconfig.json.
declare module "node:*";

declare module "node:test" {
  export function test(name: string, body: () => unknown): unknown;
  export function beforeEach(body: () => unknown): void;
  export function afterEach(body: () => unknown): void;
}

declare module "node:assert/strict" {
  const assert: {
    ok(value: unknown, message?: string): void;
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    match(text: string, pattern: RegExp, message?: string): void;
    rejects(promise: Promise<unknown>, expected?: RegExp | object, message?: string): Promise<void>;
  };
  export default assert;
}

declare const process: {
  readonly argv: string[];
  readonly env: Record<string, string | undefined>;
  readonly pid: number;
};
