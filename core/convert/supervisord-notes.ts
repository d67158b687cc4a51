import type { DraftProcess } from "./draft.ts";

/** What supervisord's keys are in Ghost, where they are not taken over as they stand. */
const ANSWERS: Readonly<Record<string, string>> = {
  priority: "no equal: what needs what is said by depends_on",
  stdout_logfile: "Ghost keeps the logs: ghost logs NAME",
  stderr_logfile: "Ghost keeps the logs: ghost logs NAME",
  stderr_logfile_maxbytes: "`logs` holds for out and err",
  stderr_logfile_backups: "`logs` holds for out and err",
  stdout_syslog: "no equal",
  stderr_syslog: "no equal",
  stdout_events_enabled: "no equal",
  stderr_events_enabled: "no equal",
  stdout_capture_maxbytes: "no equal",
  stderr_capture_maxbytes: "no equal",
  redirect_stderr: "out and err are kept apart, and `ghost logs` merges them",
  serverurl: "no equal: GHOST_HOME leads to the daemon",
  socket: "write listen: PORT: Ghost holds the listener and hands it down as descriptor 3, not 0",
  socket_owner: "no equal",
  socket_mode: "no equal",
  socket_backlog: "no equal",
};
/** Keys whose everyday value is what Ghost does anyway. */
const USUAL: Readonly<Record<string, RegExp>> = {
  autostart: /^(true|1|yes|on)$/i,
  stopasgroup: /^(true|1|yes|on)$/i,
  killasgroup: /^(true|1|yes|on)$/i,
};
const UNUSUAL: Readonly<Record<string, string>> = {
  autostart: "`ghost register --start` starts what it registers; leave it stopped with `ghost stop NAME`",
  stopasgroup: "Ghost always stops the whole tree",
  killasgroup: "Ghost always stops the whole tree",
};
const TAKEN = new Set(
  (
    "command process_name numprocs numprocs_start directory cwd environment autorestart startretries startsecs exitcodes stopsignal stopwaitsecs user " +
    "umask stdout_logfile_maxbytes stdout_logfile_backups"
  ).split(" "),
);

/** Puts a comment at a process for each key that is not taken over. */
export function noteSupervisordKeys(process: DraftProcess, values: ReadonlyMap<string, string>): void {
  for (const [key, value] of values) {
    const usual = USUAL[key];
    if (TAKEN.has(key) || usual?.test(value)) continue;
    process.note(`${key} = ${value} — ${UNUSUAL[key] ?? ANSWERS[key] ?? "no equal"}`);
  }
  if (/^0[a-z]*$/i.test(values.get("stdout_logfile_maxbytes") ?? ""))
    process.note("stdout_logfile_maxbytes = 0 has no equal: Ghost's logs are bounded, see `logs`");
  if (values.has("startretries"))
    process.note("supervisord gives up after startretries failed starts in a row; Ghost after max_restarts within `window`", "restart");
}
