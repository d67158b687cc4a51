import { quote } from "../wire/reply.ts";

/** A word of a command: a Latin-1 text, or what only is known when it is sent, and differs between servers. */
export type Word = string | Placeholder;

/** What a word stands for until it is sent. */
export type Placeholder =
  /** The server's own id of one of the clients. */
  | { readonly idOfClient: number }
  /** The nth last of the ids that the server gave to entries by itself (0: the last); `0-1` while there is none. */
  | { readonly givenId: number }
  /** The time at which the run reaches the step, moved by so many units: the same for both servers. */
  | { readonly now: "s" | "ms"; readonly plus: number };

/** One step of a sequence. `client` counts from 0. */
export type Step =
  /** A client sends a command and waits for its reply, unless it blocks. */
  | { readonly kind: "command"; readonly client: number; readonly words: readonly Word[] }
  /** A client sends bytes as they are (inline commands, broken frames), to which so many replies are due. */
  | { readonly kind: "raw"; readonly client: number; readonly bytes: string; readonly replies: number }
  /** A client goes through all keys with SCAN and these options. */
  | { readonly kind: "scan"; readonly client: number; readonly options: readonly string[] }
  /** A client goes without a word, and another one takes its place. */
  | { readonly kind: "leave"; readonly client: number }
  /** Time passes; what was to expire in it is gone afterwards. */
  | { readonly kind: "wait"; readonly ms: number };

/** A step in one line, for people. */
export function showStep(step: Step): string {
  switch (step.kind) {
    case "command":
      return `client ${step.client}: ${step.words.map(showWord).join(" ")}`;
    case "raw":
      return `client ${step.client} sends bytes: ${quote(step.bytes)}`;
    case "scan":
      return `client ${step.client}: SCAN 0 ${step.options.join(" ")} … to the end`;
    case "leave":
      return `client ${step.client} disconnects and comes back`;
    case "wait":
      return `${step.ms} ms pass`;
  }
}

function showWord(word: Word): string {
  if (typeof word === "string") return /^[\w:.$*<>=~+-]+$/.test(word) ? word : shorten(quote(word));
  if ("idOfClient" in word) return `<id of client ${word.idOfClient}>`;
  if ("givenId" in word) return `<given id -${word.givenId}>`;
  return `<now ${word.plus < 0 ? "-" : "+"} ${Math.abs(word.plus)} ${word.now}>`;
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 60)}…(${text.length} characters)`;
}
