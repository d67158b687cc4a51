import type { Pattern } from "../../core/health/pattern.ts";
import { said } from "../../core/health/words.ts";
import { openConnection } from "./connection.ts";
import { connectionProblem, type Endpoint } from "./endpoint.ts";
import { HttpAnswer } from "./http-answer.ts";
import type { Answer } from "./prober.ts";

/** Codes that pass unless others are named. */
const STATUS_MIN = 200;
const STATUS_MAX = 399;

/** One question to a web server. */
export interface HttpQuestion {
  readonly url: URL;
  /** Codes that pass; null: 200 to 399. */
  readonly status: readonly number[] | null;
  readonly body: { readonly pattern: Pattern; readonly source: string } | null;
}

/** GETs a page once: a redirect is an answer like any other, and not followed. The connection is closed after the answer. */
export function askHttp(question: HttpQuestion, signal: AbortSignal): Promise<Answer> {
  const endpoint = endpointOf(question.url);
  return new Promise((resolve) => {
    const answer = new HttpAnswer();
    const settle = (result: Answer): void => {
      signal.removeEventListener("abort", abort);
      connection.close();
      resolve(result);
    };
    const abort = (): void => settle({ ok: false, detail: progressOf(answer) });
    const settleWhenDone = (): void => {
      if (answer.done) settle(judgeAnswer(question, answer));
    };
    const connection = openConnection(endpoint, {
      open: () => connection.write(requestFor(question.url)),
      data(bytes) {
        answer.push(bytes);
        settleWhenDone();
      },
      end() {
        answer.end();
        settleWhenDone();
      },
      error: (error) => settle({ ok: false, detail: connectionProblem(error, endpoint) }),
    });
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  });
}

function endpointOf({ protocol, hostname, port }: URL): Endpoint {
  const tls = protocol === "https:";
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? (tls ? 443 : 80) : Number(port), tls };
}

function requestFor({ pathname, search, host, username, password }: URL): string {
  const account = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = username === "" && password === "" ? "" : `Authorization: Basic ${Buffer.from(account).toString("base64")}\r\n`;
  return `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${authorization}User-Agent: ghost-health\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}

function judgeAnswer({ status, body }: HttpQuestion, answer: HttpAnswer): Answer {
  const detail = statusLine(answer);
  if (answer.problem !== null) return { ok: false, detail: detail === "" ? answer.problem : `${detail}, but ${answer.problem}` };
  const code = answer.status?.code ?? 0;
  const passes = status === null ? code >= STATUS_MIN && code <= STATUS_MAX : status.includes(code);
  if (!passes || body === null || body.pattern.matches(answer.body())) return { ok: passes, detail };
  return { ok: false, detail: `${detail}, but its body does not match ${body.source}` };
}

function statusLine({ status }: HttpAnswer): string {
  return status === null ? "" : said(`${status.code} ${status.reason}`);
}

/** How far an answer had come when the time was up. */
function progressOf(answer: HttpAnswer): string {
  return answer.status === null ? "" : `${statusLine(answer)} and ${answer.bodyBytes} bytes came, but no end`;
}
