import type { Variables } from "../config/interpolate.ts";
import { isSecretName } from "../config/secrets.ts";
import { Template, type Text } from "./draft.ts";

const REFERENCE = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)((:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\})/g;

/** A stretch of a text: as it stands, or a reference in Ghost's spelling. */
interface Stretch {
  readonly text: string;
  readonly reference: boolean;
}

/**
 * Turns Compose's variables into Ghost's: `$VAR` and `${VAR:?why}` become `${VAR}`, `${VAR-x}` becomes `${VAR:-x}`, `$$` a plain `$`. What the
 * `.env` beside the file says becomes the default, as Compose takes it. `${VAR:+x}` has no equal: `complain` is told.
 */
export function composeText(text: string, dotenv: Variables, complain: (text: string) => void): Text {
  const stretches: Stretch[] = [];
  let from = 0;
  for (const match of text.matchAll(REFERENCE)) {
    stretches.push({ text: text.slice(from, match.index), reference: false }, converted(match, dotenv, complain));
    from = match.index + match[0].length;
  }
  stretches.push({ text: text.slice(from), reference: false });
  if (!stretches.some(({ reference }) => reference)) return stretches.map((stretch) => stretch.text).join("");
  return new Template(template(stretches));
}

/** A literal `${` may come of two stretches, `$$` and `{`. */
function template(stretches: readonly Stretch[]): string {
  let whole = "";
  let literal = "";
  for (const { text, reference } of [...stretches, { text: "", reference: true }]) {
    if (!reference) literal += text;
    else {
      whole += literal.replaceAll("${", () => "$${") + text;
      literal = "";
    }
  }
  return whole;
}

function converted(
  [whole, plain, braced, , operator = "", word = ""]: RegExpMatchArray,
  dotenv: Variables,
  complain: (text: string) => void,
): Stretch {
  const name = plain ?? braced;
  if (name === undefined) return { text: "$", reference: false };
  if (operator.endsWith("+")) {
    complain(`${whole} has no equal: write what it gives`);
    return { text: whole, reference: false };
  }
  const byDefault = operator.endsWith("-") ? word : defaultOf(name, dotenv);
  return { text: byDefault === undefined ? `\${${name}}` : `\${${name}:-${byDefault}}`, reference: true };
}

/** A default with a brace would end the reference early: it cannot be written. A secret stays where it is. */
function defaultOf(name: string, dotenv: Variables): string | undefined {
  const value = Object.hasOwn(dotenv, name) ? dotenv[name] : undefined;
  return value === undefined || isSecretName(name) || /[{}]/.test(value) ? undefined : value;
}
