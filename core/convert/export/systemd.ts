import { calendarsOfCron } from "./calendar.ts";
import type { Exported, ExportedProcess, ForeignText } from "./definitions.ts";
import { addressText, spell } from "./references.ts";
import { hasSocket, isListenerKnown, isWanted, serviceUnit, unitNames, unitStem } from "./systemd-service.ts";

/** Units of the system that run what Ghost ran: a service a process, timers and sockets beside them, a target for each project and each group. */
export function exportSystemd(exported: Exported): ForeignText[] {
  const units = exported.processes.flatMap((process) => [...serviceUnit(process, exported), ...timerUnit(process), ...socketUnit(process)]);
  return [...projectTargets(exported), ...groupTargets(exported), ...units];
}

function timerUnit({ definition }: ExportedProcess): ForeignText[] {
  const { schedule, project, name } = definition;
  if (schedule === null) return [];
  const calendars = calendarsOfCron(schedule.cron, schedule.timezone);
  const due = calendars === null ? [`# systemd cannot say \`${schedule.cron}\``] : calendars.map((calendar) => `OnCalendar=${calendar}`);
  const lines = [
    "[Unit]",
    `Description=When ${name} of ${project} is due`,
    `PartOf=${project}.target`,
    "",
    "[Timer]",
    `# schedule: ${schedule.cron}`,
    ...due,
    "AccuracySec=1s",
    "",
    "[Install]",
    `WantedBy=${project}.target`,
  ];
  return [{ name: `${unitStem(definition)}.timer`, text: `${lines.join("\n")}\n` }];
}

/**
 * The program takes the listener as it does from Ghost: descriptor 3, LISTEN_FDS. A socket's address takes no variables, so one whose port is not
 * known yet is an example for people to fill in, and no unit.
 */
function socketUnit(process: ExportedProcess): ForeignText[] {
  const { definition, ports } = process;
  const { listen, project, name } = definition;
  if (listen === null || !hasSocket(definition)) return [];
  const unit = `${unitStem(definition)}.socket`;
  const known = isListenerKnown(process);
  const lines = [
    ...(known ? [] : [`# The port was left to Ghost: write one for PORT, and save this as ${unit}.`]),
    "[Unit]",
    `Description=What ${name} of ${project} listens on`,
    `PartOf=${project}.target`,
    "",
    "[Socket]",
    `ListenStream=${spell(addressText(listen), ports, { literal: (text) => text, variable: () => "PORT" })}`,
    "",
    "[Install]",
    `WantedBy=${project}.target`,
  ];
  return [{ name: known ? unit : `${unit}.example`, text: `${lines.join("\n")}\n` }];
}

function projectTargets({ processes }: Exported): ForeignText[] {
  const projects = [...new Set(processes.map(({ definition }) => definition.project))];
  return projects.map((project) => {
    const own = processes.filter(({ definition }) => definition.project === project);
    const wanted = own.flatMap((process) => [
      ...(isWanted(process.definition) ? unitNames(process.definition) : []),
      ...(process.definition.schedule === null ? [] : [`${unitStem(process.definition)}.timer`]),
      ...(hasSocket(process.definition) && isListenerKnown(process) ? [`${unitStem(process.definition)}.socket`] : []),
    ]);
    return target(`${project}.target`, `All of ${project}`, wanted, ["", "[Install]", "WantedBy=multi-user.target"]);
  });
}

function groupTargets({ processes, groups }: Exported): ForeignText[] {
  return groups.flatMap(({ project, name, processes: members }) => {
    const own = processes
      .map(({ definition }) => definition)
      .filter((definition) => definition.project === project && members.includes(definition.name));
    return own.length === 0 ? [] : [target(`${project}-${name}.target`, `${name} of ${project}`, own.flatMap(unitNames), [])];
  });
}

function target(name: string, description: string, wanted: readonly string[], more: readonly string[]): ForeignText {
  const lines = ["[Unit]", `Description=${description}`, ...(wanted.length === 0 ? [] : [`Wants=${wanted.join(" ")}`]), ...more];
  return { name, text: `${lines.join("\n")}\n` };
}
