const ASSIGNMENT = /\s*([^=,\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^,]*)\s*(?:,|$)/gy;

/** Reads supervisord's `environment`: `KEY="value",KEY2=value2`, values in quotes or up to the next comma, over several lines. */
export function parseEnvironment(text: string): Record<string, string> {
  const pairs = [...text.matchAll(ASSIGNMENT)].map(([, key = "", value = ""]) => [key, unquote(value.trim())] as const);
  return Object.fromEntries(pairs);
}

function unquote(value: string): string {
  if (value.startsWith("'") && value.endsWith("'") && value.length > 1) return value.slice(1, -1);
  if (!value.startsWith('"') || !value.endsWith('"') || value.length < 2) return value;
  return value.slice(1, -1).replace(/\\(["\\])/g, "$1");
}
