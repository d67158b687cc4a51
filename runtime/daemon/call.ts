import type { IncomingMessage, ServerResponse } from "node:http";
import { log } from "./journal.ts";
import { readBody } from "./request-body.ts";

/** A stream whose reader lets this much pile up is cut off, in bytes. */
const STREAM_BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** One request, as a route sees it. */
export interface Call {
  /** Decoded pieces of the path that the route's pattern names. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** The JSON body; `{}` without one. Throws USAGE when it is no JSON object. */
  body<T>(): Promise<T>;
  /** Answers with one JSON value. */
  json(value: unknown): void;
  /** The same of a value that is JSON text already. */
  jsonText(text: string): void;
  /** Answers with one JSON value a line, as they come. */
  lines(): LineStream;
  /** Answers with server-sent events. */
  events(): EventStream;
  /** Answers with text. */
  text(value: string, type?: string): void;
}

export interface LineStream {
  write(value: unknown): void;
  end(): void;
}

export interface EventStream {
  /** `data` is one line: JSON. A reader that lets too much pile up is cut off. */
  send(data: string, id?: number): void;
  /** Resolves once the reader has taken what was sent (true), or is gone (false): for those who can wait. */
  taken(): Promise<boolean>;
  end(): void;
  /** Called once, when the client has gone. */
  onClose(listener: () => void): void;
}

/** The view that a route has of a request and its answer. */
export function makeCall(path: Record<string, string>, url: URL, request: IncomingMessage, response: ServerResponse): Call {
  return {
    path,
    query: url.searchParams,
    headers: request.headers,
    body: () => readBody(request),
    json: (value) => answerJson(response, JSON.stringify(value)),
    jsonText: (text) => answerJson(response, text),
    text(value, type = "text/plain; charset=utf-8") {
      response.writeHead(200, { "content-type": type }).end(value);
    },
    lines() {
      begin(response, "application/x-ndjson");
      return { write: (value) => push(response, `${JSON.stringify(value)}\n`), end: () => void response.end() };
    },
    events() {
      begin(response, "text/event-stream");
      return {
        send: (data, id) => push(response, `${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`),
        taken: () => whenTaken(response),
        end: () => void response.end(),
        onClose: (listener) => void response.once("close", listener),
      };
    },
  };
}

function answerJson(response: ServerResponse, text: string): void {
  const line = `${text}\n`;
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(line) }).end(line);
}

function begin(response: ServerResponse, type: string): void {
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
  response.flushHeaders();
}

/** A reader that does not read must not fill the daemon's memory. */
function push(response: ServerResponse, text: string): void {
  if (response.destroyed) return;
  response.write(text);
  if (response.writableLength <= STREAM_BACKLOG_BYTES_MAX) return;
  log(`a reader of events or results was cut off: it left more than ${STREAM_BACKLOG_BYTES_MAX} bytes unread`);
  response.destroy();
}

function whenTaken(response: ServerResponse): Promise<boolean> {
  if (response.destroyed || !response.writableNeedDrain) return Promise.resolve(!response.destroyed);
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve(!response.destroyed);
    };
    response.once("drain", settle);
    response.once("close", settle);
  });
}
