import { hasControlCharacter } from "./control-characters.ts";
import { portReference } from "./port-references.ts";
import type { SecretKeeper } from "./secret-keeper.ts";
import { isSecretName } from "./secrets.ts";

/** Variables by name; absent and undefined both mean unset. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A stretch of a text: written there, or filled in from a variable. Command lines must tell them apart. */
export interface Piece {
  readonly text: string;
  readonly filled: boolean;
}

/** A text after filling in, with what could not be filled. */
export interface Interpolated {
  readonly pieces: readonly Piece[];
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
}

/** Defaults may hold further variables, this deep: `${A:-${B:-c}}` is 2. */
const NESTING_MAX = 8;

/** A port by its own name, or by its process's and its own. */
const PORT = /^ports\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?)$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Fills `${VAR}` (an error when unset) and `${VAR:-default}` (when unset or empty) in; `$${` becomes a literal `${`, any other `$` stays.
 * `${ports.NAME}` becomes a reference, which `linkPorts` checks. The value of a variable that is named like a secret goes to `secrets`, and a reference stands in its place.
 */
export function interpolate(text: string, variables: Variables, secrets: SecretKeeper): Interpolated {
  const filler = new Filler(variables, secrets);
  filler.fill(text, 0, false);
  return { pieces: filler.pieces, problems: filler.problems };
}

class Filler {
  readonly pieces: Piece[] = [];
  readonly problems: { message: string; hint: string }[] = [];
  private readonly variables: Variables;
  private readonly secrets: SecretKeeper;

  constructor(variables: Variables, secrets: SecretKeeper) {
    this.variables = variables;
    this.secrets = secrets;
  }

  fill(text: string, depth: number, filled: boolean): void {
    let from = 0;
    for (let open = text.indexOf("${"); open !== -1; open = text.indexOf("${", from)) {
      if (text[open - 1] === "$" && open - 1 >= from) {
        this.push(`${text.slice(from, open - 1)}\${`, filled);
        from = open + 2;
        continue;
      }
      this.push(text.slice(from, open), filled);
      const close = closingBrace(text, open + 2);
      if (close === -1)
        return this.problem("cannot fill in a variable: `${` has no closing `}`", "close it, or write `$${` for a literal `${`");
      this.fillVariable(text.slice(open + 2, close), depth);
      from = close + 1;
    }
    this.push(text.slice(from), filled);
  }

  private fillVariable(expression: string, depth: number): void {
    const split = expression.indexOf(":-");
    const name = split === -1 ? expression : expression.slice(0, split);
    if (expression.startsWith("ports.")) return this.pushPort(expression);
    if (!NAME.test(name)) {
      return this.problem(`cannot fill in \${${expression}}: it is neither \${VAR} nor \${VAR:-default}`, "write `$${` for a literal `${`");
    }
    const value = own(this.variables, name);
    if (split === -1) return value === undefined ? this.unset(name) : this.pushValue(name, value);
    if (value) return this.pushValue(name, value);
    this.fillDefault(name, expression.slice(split + 2), depth);
  }

  private fillDefault(name: string, text: string, depth: number): void {
    if (depth >= NESTING_MAX)
      return this.problem(`cannot fill in \${${name}}: defaults are nested deeper than ${NESTING_MAX}`, "use fewer");
    if (!isSecretName(name) || text.includes("${") || text === "") return this.fill(text, depth + 1, true);
    this.push(this.secrets.keep(name, text), true);
  }

  private pushValue(name: string, value: string): void {
    if (isSecretName(name)) return this.push(value === "" ? "" : this.secrets.keep(name, value), true);
    if (hasControlCharacter(value))
      return this.problem(
        `cannot fill in \${${name}}: its value holds a control character`,
        `look at it with \`printenv ${name} | cat -v\``,
      );
    this.push(value, true);
  }

  private pushPort(expression: string): void {
    const name = PORT.exec(expression)?.[1];
    if (name !== undefined) return this.push(portReference(name), true);
    this.problem(`cannot fill in \${${expression}}: it is neither \${ports.NAME} nor \${ports.PROCESS.NAME}`, "a port takes no default");
  }

  private unset(name: string): void {
    this.problem(`cannot fill in \${${name}}: the variable is not set`, `set it, or give a default: \${${name}:-value}`);
  }

  private push(text: string, filled: boolean): void {
    if (text !== "") this.pieces.push({ text, filled });
  }

  private problem(message: string, hint: string): void {
    this.problems.push({ message, hint });
  }
}

function own(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === "}") depth--;
    else if (text[i] === "{" && text[i - 1] === "$") depth++;
    if (depth === 0) return i;
  }
  return -1;
}
