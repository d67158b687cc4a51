import { revealSecrets, secretReference, secretsIn } from "./secrets.ts";

/** Takes secret values out of the texts of one manifest: each is replaced by a reference, and kept under the reference's name. */
export class SecretKeeper {
  private readonly kept = new Map<string, string>();

  /** The reference that stands for `value` from now on. The same name with another value gets a number: `TOKEN`, `TOKEN#2`. */
  keep(name: string, value: string): string {
    let free = name;
    for (let n = 2; (this.kept.get(free) ?? value) !== value; n++) free = `${name}#${n}`;
    this.kept.set(free, value);
    return secretReference(free);
  }

  /** The text with every reference filled in. */
  reveal(text: string): string {
    return revealSecrets(text, Object.fromEntries(this.kept));
  }

  /** The values that texts of `definitions` (any plain JSON) refer to; what nothing refers to is left behind. */
  valuesUsedBy(definitions: unknown): Record<string, string> {
    const used: Record<string, string> = {};
    if (this.kept.size === 0) return used;
    visitTexts(definitions, (text) => {
      for (const name of secretsIn(text)) used[name] = this.kept.get(name) ?? "";
    });
    return used;
  }
}

function visitTexts(value: unknown, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) visitTexts(part, visit);
}
