/** A holder's name, and which life of it: `shop/0@17`. Without a number it is the life 0. */
const FORM = /^(.*?)(?:@(\d+))?$/s;

/**
 * Whether `by` may take a saga from `holder` before the lease ends: it is the same one, or a later life of it, which may if the earlier one is over
 * (`SagaShelf.mayLive`). An earlier life may not.
 */
export function succeeds(by: string, holder: string): boolean {
  const [name, life] = partsOf(by);
  const [other, otherLife] = partsOf(holder);
  return name === other && life >= otherLife;
}

/** The name without the life. */
export function holderName(holder: string): string {
  return partsOf(holder)[0];
}

function partsOf(holder: string): [name: string, life: number] {
  const [, name = "", life = "0"] = FORM.exec(holder) ?? [];
  return [name, Number(life)];
}
