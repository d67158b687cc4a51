import type { DraftProcess } from "./draft.ts";
import { READINESS_KEYS } from "./systemd-readiness.ts";
import type { Unit } from "./unit-file.ts";

const TAKEN = new Set(
  (
    "ExecStart ExecStartPre ExecStop ExecReload ReloadSignal Restart RestartSec RestartMaxDelaySec RestartSteps StartLimitIntervalSec StartLimitBurst StartLimitInterval SuccessExitStatus " +
    "Environment EnvironmentFile PassEnvironment WorkingDirectory KillSignal TimeoutStopSec TimeoutSec User Group UMask Nice LimitNOFILE MemoryMax " +
    "MemoryLimit CPUQuota TasksMax RemainAfterExit MemoryAccounting CPUAccounting TasksAccounting"
  ).split(" "),
);
const UNIT_TAKEN = new Set(
  "Description Documentation After Before Wants Requires Requisite BindsTo StartLimitIntervalSec StartLimitInterval StartLimitBurst SourcePath DefaultDependencies".split(
    " ",
  ),
);
/** Values that are what Ghost does anyway. */
const USUAL: Readonly<Record<string, RegExp>> = {
  Type: /^(simple|exec|idle|oneshot)$/,
  KillMode: /^(control-group|mixed)$/,
  SendSIGKILL: /^(yes|true|on|1)$/,
  StandardOutput: /^(journal|inherit|syslog)/,
  StandardError: /^(journal|inherit|syslog)/,
  GuessMainPID: /./,
};
const ANSWERS: Readonly<Record<string, string>> = {
  Type: "",
  PIDFile: "a program that daemonizes is followed",
  KillMode: "Ghost always stops the whole tree",
  ExecStartPost: "no equal",
  ExecStopPost: "no equal: see the hooks, on: { failed: … }",
  ExecCondition: "no equal",
  TimeoutStartSec: "write health_check: { …, start_grace: … }",
  RestartPreventExitStatus: "no equal: see restart: { success_codes: […] }",
  RestartForceExitStatus: "no equal",
  WatchdogSec: "no equal: write health_check: { … }",
  NotifyAccess: "Ghost takes no notifications: write health_check: { … }",
  StandardOutput: "Ghost keeps the logs: ghost logs NAME",
  StandardError: "Ghost keeps the logs: ghost logs NAME",
  SyslogIdentifier: "Ghost keeps the logs: ghost logs NAME",
  PartOf: "no equal: see depends_on: { … on_loss: restart }",
  OnFailure: "write on: { failed: … }",
  Conflicts: "no equal",
  MemoryHigh: "no equal: see resource_limits: { memory: … }",
};
const TYPE_ANSWERS: Readonly<Record<string, string>> = {
  notify: "Ghost takes no notifications: without a health_check it is taken for ready as soon as it runs",
  "notify-reload": "Ghost takes no notifications: without a health_check it is taken for ready as soon as it runs",
  forking: "a program that daemonizes is followed; better is an option that keeps it in the foreground",
  dbus: "Ghost does not look at D-Bus: without a health_check it is taken for ready as soon as it runs",
};
/** All that puts a service into a box: many keys, one answer. */
const BOX =
  /^(Protect|Private|Restrict|ReadOnly|ReadWrite|Inaccessible|Bind|System[Cc]all|Capability|Ambient|NoNewPrivileges|DynamicUser|Lock|RemoveIPC|Device|RootDirectory|RootImage|TemporaryFileSystem|NoExecPaths|ExecPaths|IPAddress|SecureBits|Delegate|ProcSubset|MemoryDeny|KeyringMode)/;
const FOLDER = /^(Runtime|State|Cache|Logs|Configuration)Directory/;

/** Puts a comment at a process for each key of its unit that has no equal. [Install] is not looked at: `ghost daemon install` starts Ghost itself. */
export function noteUnitKeys({ sections }: Unit, process: DraftProcess): void {
  const boxed: string[] = [];
  for (const [key, values] of sections.get("Service") ?? []) {
    const value = values.join(" ");
    if (
      TAKEN.has(key) ||
      (process.keys.health_check !== undefined && READINESS_KEYS.has(key)) ||
      values.length === 0 ||
      USUAL[key]?.test(value)
    )
      continue;
    if (BOX.test(key)) boxed.push(`${key}=${value}`);
    else process.note(`${key}=${value} — ${answerFor(key, value)}`);
  }
  if (boxed.length > 0) process.note(`Ghost builds no sandbox; without an equal are: ${boxed.join(", ")}`);
  for (const [key, values] of sections.get("Unit") ?? []) {
    if (!UNIT_TAKEN.has(key) && values.length > 0) process.note(`${key}=${values.join(" ")} — ${ANSWERS[key] ?? "no equal"}`);
  }
}

function answerFor(key: string, value: string): string {
  if (key === "Type") return TYPE_ANSWERS[value] ?? "no equal";
  if (FOLDER.test(key)) return "make the folder beforehand; its path is no longer in the environment";
  return ANSWERS[key] ?? "no equal";
}
