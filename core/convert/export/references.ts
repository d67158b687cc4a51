import type { ListenAddress } from "../../config/definition.ts";
import { portsIn } from "../../config/port-references.ts";
import { secretsIn } from "../../config/secrets.ts";

/** How the pieces of a text are spelt in another tool's file. */
export interface Spelling {
  /** Plain text. */
  readonly literal: (text: string) => string;
  /** A variable that takes the place of a secret, or of a port that nobody knows yet. */
  readonly variable: (name: string) => string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the marks are control characters so that no text can forge them.
const REFERENCE = /\u0001([^\u0001]*)\u0001|\u0002([^\u0002]*)\u0002/g;

/** The variable that stands for a secret: `api.DB_PASSWORD` and `DB_PASSWORD#2` are both DB_PASSWORD to people. */
export function secretVariable(reference: string): string {
  const name = reference.slice(reference.lastIndexOf(".") + 1).replace(/#\d+$/, "");
  return name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");
}

/** The variable that stands for a port whose number is not known. */
export function portVariable(name: string): string {
  return `PORT_${name.replace(/[^A-Za-z0-9_]/g, "_").toUpperCase()}`;
}

/** A text of a definition with its references spelt; ports that are known are filled in. */
export function spell(text: string, ports: Readonly<Record<string, number>>, { literal, variable }: Spelling): string {
  let spelt = "";
  let from = 0;
  for (const { 0: match, 1: secret, 2: port, index } of text.matchAll(REFERENCE)) {
    spelt += literal(text.slice(from, index));
    from = index + match.length;
    if (secret !== undefined) spelt += variable(secretVariable(secret));
    else if (port !== undefined) spelt += ports[port] === undefined ? variable(portVariable(port)) : literal(String(ports[port]));
  }
  return spelt + literal(text.slice(from));
}

/** `host:port` of a listener, as a text that may hold a reference to the port; an IPv6 address stands in brackets. */
export function addressText({ host, port, portFrom }: ListenAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${portFrom ?? port}`;
}

/** The variables that a text needs when it is spelt. */
export function variablesIn(text: string, ports: Readonly<Record<string, number>>): string[] {
  return [
    ...secretsIn(text).map(secretVariable),
    ...portsIn(text)
      .filter((name) => ports[name] === undefined)
      .map(portVariable),
  ];
}
