import { type Diagnostic, Report } from "./diagnostics.ts";
import { variableNameProblem } from "./names.ts";
import { FILE_BYTES_MAX } from "./source-text.ts";

/** What an env file sets, and what is wrong in it. */
export interface EnvFile {
  /** In the order of the file; of a variable that is set twice, the last value. */
  readonly variables: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([^=\n]*?)[ \t]*=/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

/**
 * Reads an env file: lines of `KEY=value`, blank lines and `#` comments; `export ` before the key is allowed. A value is unquoted (up to ` #` or the
 * line's end, blanks trimmed), `'literal'`, or `"with \n \r \t \" \\ \$"`; quoted values may go over several lines. Nothing is filled in: `$` and
 * `${…}` stay as they are, so that a password never changes. CRLF and a byte order mark are understood. Messages never hold a value.
 */
export function parseEnvFile(file: string, text: string): EnvFile {
  const reader = new EnvReader(file, text);
  reader.read();
  return { variables: Object.fromEntries(reader.variables), diagnostics: reader.report.diagnostics };
}

class EnvReader {
  readonly variables = new Map<string, string>();
  readonly report = new Report();
  private readonly file: string;
  private readonly text: string;
  private at = 0;
  private line = 1;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  }

  read(): void {
    if (this.text.length > FILE_BYTES_MAX)
      return this.error(
        `cannot read the file: it is larger than ${FILE_BYTES_MAX / 1024 / 1024} MiB`,
        "an env file holds lines of KEY=value",
      );
    while (this.at < this.text.length) this.readLine();
  }

  private readLine(): void {
    const rest = this.restOfLine();
    if (/^[ \t]*(#.*)?$/.test(rest)) return this.skipLine();
    const match = ASSIGNMENT.exec(rest);
    const key = match?.[1] ?? "";
    const problem = match ? variableNameProblem(key) : "it has no `=`";
    if (!match || problem !== null) {
      this.error(`cannot read this line: ${problem}`, "write KEY=value, or begin a comment with #");
      return this.skipLine();
    }
    this.at += match[0].length;
    this.readValue(key);
  }

  private readValue(key: string): void {
    this.at += /^[ \t]*/.exec(this.restOfLine())?.[0].length ?? 0;
    const quote = this.text.charAt(this.at);
    if (quote === '"' || quote === "'") return this.readQuoted(key, quote);
    this.set(
      key,
      this.restOfLine()
        .replace(/(^|[ \t])#.*$/, "")
        .trim(),
    );
    this.skipLine();
  }

  private readQuoted(key: string, quote: string): void {
    const end = this.endOfQuote(quote);
    if (end === -1) {
      this.error(`cannot read ${key}: its quote is not closed`, `end the value with ${quote}`);
      return this.skipLine();
    }
    const inner = this.text.slice(this.at + 1, end);
    this.set(key, quote === "'" ? inner : inner.replace(/\\([nrt"\\$])/g, (_, letter: string) => ESCAPES[letter] ?? letter));
    this.line += inner.split("\n").length - 1;
    this.at = end + 1;
    if (!/^[ \t]*(#.*)?$/.test(this.restOfLine()))
      this.error(`cannot read ${key}: text follows its closing quote`, "put the whole value into the quotes");
    this.skipLine();
  }

  private endOfQuote(quote: string): number {
    for (let i = this.at + 1; i < this.text.length; i++) {
      if (quote === '"' && this.text[i] === "\\") i++;
      else if (this.text[i] === quote) return i;
    }
    return -1;
  }

  private set(key: string, value: string): void {
    if (value.includes("\0")) this.error(`cannot use the value of ${key}: it holds a NUL character`, "remove it");
    else this.variables.set(key, value);
  }

  private restOfLine(): string {
    const end = this.text.indexOf("\n", this.at);
    return this.text.slice(this.at, end === -1 ? this.text.length : end);
  }

  private skipLine(): void {
    this.at += this.restOfLine().length + 1;
    this.line++;
  }

  private error(message: string, hint: string): void {
    this.report.error({ file: this.file, line: this.line, column: 1 }, message, hint);
  }
}
