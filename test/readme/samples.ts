/** The samples of a chapter of the README, with what their hidden comments say about running them. */

/** A fenced block. */
export interface Sample {
  readonly language: string;
  readonly code: string;
  /** Of its first line in the README, from 1. */
  readonly line: number;
  /** The last heading above it. */
  readonly heading: string;
  /** `<!-- sample WORDS` right above it. */
  readonly words: readonly string[];
  /** What comes before and after it in the program: the comment's lines, divided by `---`. */
  readonly before: string;
  readonly after: string;
}

const HEADING = /^#+ (.*)$/;
const FENCE = /^```(\w*)$/;

/** The lines of a chapter (`## TITLE`), up to the next of its rank. Throws when there is none. */
export function samplesOf(markdown: string, title: string): Sample[] {
  const lines = markdown.split("\n");
  const start = lines.indexOf(`## ${title}`);
  if (start < 0) throw new Error(`the README has no chapter ${title}`);
  const rest = lines.findIndex((line, index) => index > start && line.startsWith("## "));
  return readSamples(lines.slice(start, rest < 0 ? undefined : rest), start);
}

function readSamples(lines: readonly string[], offset: number): Sample[] {
  const samples: Sample[] = [];
  let heading = "";
  let hidden: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string;
    heading = HEADING.exec(line)?.[1] ?? heading;
    if (line.startsWith("<!-- sample")) {
      const end = lines.findIndex((one, at) => at >= index && one.endsWith("-->"));
      hidden = lines.slice(index, end + 1);
      index = end;
      continue;
    }
    const language = FENCE.exec(line)?.[1];
    if (!language) continue;
    const end = lines.indexOf("```", index + 1);
    samples.push({ language, code: lines.slice(index + 1, end).join("\n"), line: offset + index + 2, heading, ...directive(hidden) });
    hidden = [];
    index = end;
  }
  return samples;
}

function directive(hidden: readonly string[]): Pick<Sample, "words" | "before" | "after"> {
  const text = hidden
    .join("\n")
    .replace(/^<!-- sample/, "")
    .replace(/-->$/, "");
  const [first = "", ...body] = text.split("\n");
  const [before = "", after = ""] = body.join("\n").split(/^---$/m);
  return { words: first.trim().split(/\s+/).filter(Boolean), before, after };
}
