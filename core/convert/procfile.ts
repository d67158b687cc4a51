import { directoryOf, resolvePath } from "../config/posix-path.ts";
import { needsShell, setShellLine } from "./command.ts";
import { type Draft, DraftProcess, emptyDraft } from "./draft.ts";
import { NameBook } from "./name-book.ts";
import { refuseFile } from "./plain.ts";
import { type ForeignFile, placeDirectory, placePath, type Surroundings } from "./source.ts";

/**
 * foreman gives the first process this PORT, unless `.env` holds another, and each further one 100 more; what it gives wins over `.env`.
 * (Foreman::Engine, base_port and port_for, https://github.com/ddollar/foreman/blob/main/lib/foreman/engine.rb)
 */
const FIRST_PORT = 5000;
const PORT_STEP = 100;

const LINE = /^([A-Za-z0-9_-]+):\s*(.+)$/;

/** Converts a Procfile: each line a process that is restarted; Heroku's `release` is a one-shot that the others wait for. */
export function convertProcfile(file: ForeignFile, surroundings: Surroundings): Draft {
  const lines = file.text
    .split(/\r?\n/)
    .map((line) => LINE.exec(line.trim()))
    .filter((match) => match !== null);
  if (lines.length === 0) throw refuseFile(file, "it holds no line `name: command`", "is it a Procfile?");
  const draft = emptyDraft();
  const names = new NameBook();
  const firstPort = firstPortOf(surroundings);
  const release = lines.some(([, name]) => name === "release");
  lines.forEach(([, name = "", line = ""], index) => {
    const process = new DraftProcess(names.nameFor(name));
    process.set("working_directory", placeDirectory(undefined, file, surroundings));
    setLine(process, line);
    if (name === "release") process.set("type", "oneshot");
    else process.set("restart", true);
    if (release && name !== "release") process.set("depends_on", ["release"]);
    process.set("environment", { PORT: String(firstPort + index * PORT_STEP) });
    setEnvFile(process, file, surroundings);
    draft.processes.push(process);
  });
  draft.notes.push(
    "foreman ends all processes when one ends; here each is restarted by itself. PORT is as foreman counts it for each, over that of .env:",
    "`ports: { web: auto }` with PORT: ${ports.web} gives a free one instead.",
  );
  return draft;
}

/** foreman takes the number that the text begins with. */
function firstPortOf({ dotenv }: Surroundings): number {
  const digits = /^\s*(\d+)/.exec(dotenv.PORT ?? "")?.[1];
  return digits === undefined ? FIRST_PORT : Number(digits);
}

function setLine(process: DraftProcess, line: string): void {
  if (needsShell(line)) setShellLine(process, line);
  else process.set("command", line);
}

/** foreman reads the `.env` beside the Procfile. */
function setEnvFile(process: DraftProcess, file: ForeignFile, surroundings: Surroundings): void {
  const path = resolvePath(directoryOf(file.path), ".env");
  if (surroundings.isFile(path)) process.set("env_file", placePath(path, file, surroundings));
}
