import { Template, type Text } from "./draft.ts";

/** What `%(…)s` can stand for in one program. */
export type Expansions = Readonly<Record<string, string | number>>;

const REFERENCE = /%(?:%|\(([^)]+)\)(0?\d*)([sd]))/g;

/** Fills supervisord's `%(name)s` and `%(name)02d` in; `%(ENV_X)s` becomes Ghost's `${X}`. */
export class Expander {
  /** Names that have no equal. */
  readonly unknown = new Set<string>();
  private readonly values: Expansions;

  constructor(values: Expansions) {
    this.values = values;
  }

  /** A text with variables where there were some. */
  expand(text: string): Text {
    if (!/%\(ENV_/.test(text)) return this.fill(text, (name) => this.keep(name));
    return new Template(
      this.fill(
        text.replaceAll("${", () => "$${"),
        (name) => (name.startsWith("ENV_") ? `\${${name.slice(4)}}` : this.keep(name)),
      ),
    );
  }

  /** The same for a value that may be missing. */
  optional(text: string | undefined): Text | undefined {
    return text === undefined || text === "" ? undefined : this.expand(text);
  }

  private fill(text: string, otherwise: (name: string) => string): string {
    return text.replace(REFERENCE, (match, name?: string, width = "") => {
      if (name === undefined) return match === "%%" ? "%" : match;
      const value = this.values[name];
      return value === undefined ? otherwise(name) : padded(String(value), width);
    });
  }

  private keep(name: string): string {
    this.unknown.add(name);
    return `%(${name})s`;
  }
}

function padded(value: string, width: string): string {
  return value.padStart(Number(width) || 0, width.startsWith("0") ? "0" : " ");
}
