/** One event may have this many characters: far above the longest cause. */
const EVENT_CHARACTERS_MAX = 1024 * 1024;

/**
 * The `data` of each server-sent event (WHATWG HTML, "Server-sent events") as it comes. What has neither data nor an end is left out; of
 * several data lines each is given for itself, because the daemon sends one.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > EVENT_CHARACTERS_MAX) return;
    for (const line of lines) if (line.startsWith("data: ")) yield line.slice("data: ".length).replace(/\r$/, "");
  }
}
