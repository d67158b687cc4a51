import { G, Ghost, GhostApp } from "ghost-sdk";

/** Greets once and ends. What `run` throws is logged, and the app ends with exit code 1. */
export class Hello extends GhostApp {
  override async run(args: string[]): Promise<void> {
    const whom = args[0] ?? "world";
    G.info(greeting(whom), { whom });
    await Ghost.metrics.increment("greetings");
  }
}

export function greeting(whom: string): string {
  return `hello, ${whom}`;
}
