import { GhostError } from "../../core/errors/ghost-error.ts";

/** The longest reply, or line of one, that a client takes: a list of 10,000 processes has about 8 MB. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

/** Reads a whole body as text. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) text = grow(text, decoder.decode(chunk, { stream: true }));
  return text + decoder.decode();
}

/** Reads newline-delimited JSON, a value as soon as its line is whole. */
export async function* readJsonLines<Value>(body: AsyncIterable<Uint8Array>): AsyncGenerator<Value> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = grow(rest, decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) yield JSON.parse(line) as Value;
  }
  rest += decoder.decode();
  if (rest.trim()) yield JSON.parse(rest) as Value;
}

function grow(text: string, more: string): string {
  if (text.length + more.length > BODY_BYTES_MAX)
    throw new GhostError("FAILED", "cannot read the daemon's answer: it is longer than 256 MB");
  return text + more;
}
