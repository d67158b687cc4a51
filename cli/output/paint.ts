/** The colours that Ghost uses, as functions from text to text. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly magenta: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** Leaves a text as it is. */
export const same = (text: string): string => text;

/** No colours: for pipes, files, NO_COLOR and tests. */
export const plain: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same, magenta: same, cyan: same };

/** The colours of a terminal. Loaded only when they are wanted, because picocolors sets up `process.stdout`, which takes 3 ms. */
export async function loadPaint(colour: boolean): Promise<Paint> {
  if (!colour) return plain;
  const { default: picocolors } = await import("picocolors");
  return picocolors.createColors(true);
}
