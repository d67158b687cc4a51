import type { ProcessDefinition } from "../../config/definition.ts";
import type { Exported, ExportedProcess, ForeignText } from "./definitions.ts";
import { variablesIn } from "./references.ts";
import { unitEnvironment } from "./systemd-environment.ts";
import { waitForReady } from "./systemd-probe.ts";
import { unitShellWord, unitValue, unitWord } from "./unit-text.ts";

/** The name of a process's unit without its ending; of several instances that of the template. */
export function unitStem({ project, name, instances }: Pick<ProcessDefinition, "project" | "name" | "instances">): string {
  return `${project}-${name}${instances > 1 ? "@" : ""}`;
}

/** The units of all instances. */
export function unitNames(definition: ProcessDefinition): string[] {
  const stem = unitStem(definition);
  return definition.instances > 1
    ? Array.from({ length: definition.instances }, (_, index) => `${stem}${index}.service`)
    : [`${stem}.service`];
}

/** Restart and identity of units cannot all be said; these comments tell what is lost. */
type Section = readonly string[];

/** The unit of a process, and the example of the file that its secrets belong in. */
export function serviceUnit(process: ExportedProcess, exported: Exported): ForeignText[] {
  const { definition } = process;
  const stem = unitStem(definition);
  const find = (program: string) => exported.find(program, process);
  const ready = waitForReady(process, find);
  const texts = [definition.executable, ...definition.args, definition.stop.command ?? "", ready?.line ?? ""];
  const environment = unitEnvironment(process, stem.replace("@", ""), texts);
  const sections: readonly Section[] = [
    [
      "[Unit]",
      `Description=${unitValue(`${definition.name} of ${definition.project}`)}`,
      ...dependencies(definition, exported),
      ...startLimit(definition),
    ],
    [
      "[Service]",
      ...commands(process, find, ready),
      ...keeping(definition),
      ...identity(definition, exported),
      ...environment.lines,
      ...limits(definition),
      ...lost(process),
    ],
    ...(isWanted(definition) ? [["[Install]", `WantedBy=${definition.project}.target`]] : []),
  ];
  const text = `${sections.map((section) => section.join("\n")).join("\n\n")}\n`;
  return [{ name: `${stem}.service`, text }, ...(environment.example ? [environment.example] : [])];
}

/** What comes up at boot: services, but neither one-shots nor what a timer starts. */
export function isWanted({ type, schedule }: ProcessDefinition): boolean {
  return type === "service" && schedule === null;
}

/** Whether a socket unit holds its listener: several instances cannot share one. */
export function hasSocket({ listen, instances }: ProcessDefinition): boolean {
  return listen !== null && instances === 1;
}

/** Whether the port of its listener has a number: one that is `auto` has none before Ghost has chosen it. */
export function isListenerKnown({ definition: { listen }, ports }: ExportedProcess): boolean {
  return listen?.portFrom === undefined || variablesIn(listen.portFrom, ports).length === 0;
}

function dependencies({ project, dependsOn }: ProcessDefinition, { processes }: Exported): string[] {
  return [
    `PartOf=${project}.target`,
    ...dependsOn.flatMap(({ name, onLoss }) => {
      const other = processes.find(({ definition }) => definition.project === project && definition.name === name);
      if (!other) return [`# depends_on ${name}: it is not exported`];
      const units = unitNames(other.definition).join(" ");
      const lossLine = onLoss === "hold" || onLoss === "restart" ? [`# depends_on ${name}: on_loss ${onLoss} has no exact equal`] : [];
      return [...lossLine, `After=${units}`, `${onLoss === "stop" || onLoss === "hold" ? "BindsTo" : "Requires"}=${units}`];
    }),
  ];
}

/** Without a budget systemd must not give up after its five starts in ten seconds. */
function startLimit({ restart }: ProcessDefinition): string[] {
  if (restart.maxRestarts === null) return ["StartLimitIntervalSec=0"];
  return [`StartLimitIntervalSec=${seconds(restart.windowMs)}`, `StartLimitBurst=${restart.maxRestarts + 1}`];
}

function commands(process: ExportedProcess, find: (program: string) => string | null, ready: ReturnType<typeof waitForReady>): string[] {
  const { definition, ports } = process;
  const { executable, args, shell, type, stop, reload, healthCheck } = definition;
  const program = shell ? "/bin/sh" : find(executable);
  const words = shell
    ? [program ?? "", "-c", unitShellWord(executable, ports)]
    : [unitWord(program ?? executable, ports), ...args.map((word) => unitWord(word, ports))];
  const kill = find("kill");
  return [
    ...(type === "oneshot" ? ["Type=oneshot", ...(definition.schedule === null ? ["RemainAfterExit=yes"] : [])] : ["Type=exec"]),
    ...(program === null ? [`# ${executable} was not found here: systemd wants its absolute path`] : []),
    `ExecStart=${words.join(" ")}`,
    ...(ready ? [`# ${ready.comment}`] : []),
    ...(ready?.line && type === "service"
      ? [`ExecStartPost=/bin/sh -c ${unitShellWord(ready.line, ports)}`, `TimeoutStartSec=${seconds(healthCheck?.startGraceMs ?? 0)}`]
      : []),
    ...(stop.command === null
      ? []
      : [
          "# stop: systemd sends KillSignal as soon as ExecStop ends, so it waits for the end of the main process.",
          `ExecStop=/bin/sh -c ${unitShellWord(stopLine(stop.command), ports)}`,
        ]),
    ...(reload === null || kill === null ? [] : [`ExecReload=${kill} -${reload.signal.replace(/^SIG/, "")} $MAINPID`]),
  ];
}

/** `systemd-stop.ts` reads it back. A command that fails does not wait: then the signal is what ends the process, as with Ghost. */
function stopLine(command: string): string {
  return `GHOST_PID=$MAINPID; export GHOST_PID; (${command}\n) && while kill -0 $GHOST_PID 2> /dev/null; do sleep 0.1; done`;
}

const RESTARTS = { always: "always", "on-failure": "on-failure", never: "no" } as const;

function keeping({ restart, stop, type }: ProcessDefinition): string[] {
  const codes = restart.successCodes.filter((code) => code !== 0);
  const grows = restart.factor > 1 && restart.maxDelayMs > restart.delayMs;
  const refused = type === "oneshot" && restart.policy === "always";
  return [
    ...(refused ? ["# restart: always has no equal for a one-shot"] : [`Restart=${RESTARTS[restart.policy]}`]),
    ...(restart.policy === "never" || refused ? [] : [`RestartSec=${seconds(restart.delayMs)}`]),
    ...(grows && restart.policy !== "never"
      ? [
          `# from systemd 254 on: RestartSteps=${steps(restart)}`,
          `# from systemd 254 on: RestartMaxDelaySec=${seconds(restart.maxDelayMs)}`,
        ]
      : []),
    ...(codes.length > 0 ? [`SuccessExitStatus=${codes.join(" ")}`] : []),
    `KillSignal=${stop.signal}`,
    `TimeoutStopSec=${seconds(stop.timeoutMs)}`,
  ];
}

function steps({ delayMs, maxDelayMs, factor }: ProcessDefinition["restart"]): number {
  return Math.max(1, Math.ceil(Math.log(maxDelayMs / Math.max(1, delayMs)) / Math.log(factor)));
}

function identity(definition: ProcessDefinition, { account }: Exported): string[] {
  const { user, group, umask, nice, workingDirectory, instances } = definition;
  const who = user ?? (account === "root" ? null : account);
  return [
    `WorkingDirectory=${unitValue(workingDirectory)}`,
    ...(who === null ? [] : [`User=${unitValue(who)}`]),
    ...(group === null ? [] : [`Group=${unitValue(group)}`]),
    ...(umask === null ? [] : [`UMask=${umask.toString(8).padStart(4, "0")}`]),
    ...(nice === null ? [] : [`Nice=${nice}`]),
    ...(instances > 1 ? ["Environment=GHOST_INSTANCE=%i"] : []),
  ];
}

function limits({ limits: { memoryBytes, cpu, pids, openFiles } }: ProcessDefinition): string[] {
  return [
    ...(memoryBytes === null ? [] : ["# Ghost restarts a process over this limit; the kernel kills it.", `MemoryMax=${memoryBytes}`]),
    ...(cpu === null ? [] : [`CPUQuota=${Math.round(cpu * 100)}%`]),
    ...(pids === null ? [] : [`TasksMax=${pids}`]),
    ...(openFiles === null ? [] : [`LimitNOFILE=${openFiles}`]),
  ];
}

/** Keys that systemd has no word for. */
function lost(process: ExportedProcess): string[] {
  const { watch, on, healthCheck, listen, instances, ...definition } = process.definition;
  const stem = unitStem({ ...definition, instances });
  return [
    ...(watch === null ? [] : ["# watch has no equal here: see .path units"]),
    ...(Object.keys(on).length > 0 ? [`# on: ${Object.keys(on).join(", ")} has no equal here: see OnFailure=`] : []),
    ...(healthCheck?.restart ? ["# health_check: restart has no equal"] : []),
    ...(listen !== null && instances > 1 ? ["# listen: several instances on one socket have no equal"] : []),
    ...(listen === null || isListenerKnown(process)
      ? []
      : [`# listen: the port was left to Ghost. Fill ${stem}.socket.example in and save it as ${stem}.socket.`]),
  ];
}

function seconds(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? String(milliseconds / 1000) : `${milliseconds}ms`;
}
