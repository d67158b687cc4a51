/** Loaded by the runner before each test file (under Bun): puts the rig's `test` in the place of uvu's. */
import * as rig from "./test.ts";

interface ModuleBuilder {
  module(name: string, load: () => { exports: Record<string, unknown>; loader: "object" }): void;
}
interface BunRuntime {
  plugin(plugin: { name: string; setup(build: ModuleBuilder): void }): void;
}

const { plugin } = (globalThis as unknown as { Bun: BunRuntime }).Bun;

plugin({ name: "rig test", setup: (build) => build.module("uvu", () => ({ exports: { ...rig }, loader: "object" })) });
