import type { IncomingMessage, ServerResponse } from "node:http";
import { G, Ghost } from "ghost-sdk";

/** More than a note has, in bytes. */
const BODY_BYTES_MAX = 64 * 1024;

interface Note {
  readonly id: number;
  readonly text: string;
}

/** An answer: status, what is sent as JSON, and more headers. */
type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

/** What may be asked of each path; HEAD is a GET whose body is not sent. */
const ALLOWED: Record<string, string> = { "/healthz": "GET, HEAD", "/notes": "GET, HEAD, POST", "/notes/ID": "GET, HEAD, DELETE" };

/** Answers one request, whatever happens, and measures it. */
export async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const [status, body, headers] = await route(request).catch(failed);
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(`${JSON.stringify(body)}\n`);
  await Ghost.metrics.recordLatency("http.request", performance.now() - startedAt, { method: request.method ?? "", status });
}

async function route(request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const id = /^\/notes\/(\d+)$/.exec(pathname)?.[1];
  const path = id === undefined ? pathname : "/notes/ID";
  switch (`${request.method === "HEAD" ? "GET" : request.method} ${path}`) {
    case "GET /healthz":
      return health();
    case "GET /notes":
      return [200, await allNotes()];
    case "POST /notes":
      return addNote(await bodyOf(request));
    case "GET /notes/ID":
      return oneNote(await Ghost.data.get<Note>(`note:${id}`));
    case "DELETE /notes/ID":
      return (await Ghost.data.delete(`note:${id}`)) ? [200, {}] : oneNote(undefined);
    default:
      return notAllowed(ALLOWED[path]);
  }
}

function notAllowed(allow: string | undefined): Answer {
  return allow === undefined ? [404, { error: "there is nothing here" }] : [405, { error: `only ${allow} can be asked here` }, { allow }];
}

async function health(): Promise<Answer> {
  const report = await Ghost.health.report();
  return [report.status === "unhealthy" ? 503 : 200, report];
}

async function allNotes(): Promise<Note[]> {
  const keys: string[] = [];
  for await (const key of Ghost.data.scan("note:*")) keys.push(key);
  const notes = await Ghost.data.getBatch<Note>(new Set(keys));
  return [...notes.values()].sort((a, b) => a.id - b.id);
}

async function addNote(body: unknown): Promise<Answer> {
  const text = (body as { text?: unknown } | null)?.text;
  if (typeof text !== "string" || text === "") return [400, { error: "a note has a `text`" }];
  const note: Note = { id: await Ghost.data.increment("notes"), text };
  await Ghost.data.set(`note:${note.id}`, note);
  return [201, note];
}

function oneNote(note: Note | undefined): Answer {
  return note === undefined ? [404, { error: "there is no such note" }] : [200, note];
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(await new Blob(chunks as BlobPart[]).text());
  } catch {
    return null;
  }
}

function failed(error: unknown): Answer {
  G.error("cannot answer", { error });
  return [500, { error: "something went wrong" }];
}
