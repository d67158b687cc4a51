import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../place.ts";
import type { Contender, Setup, Workload } from "./contender.ts";
import { rotatedFiles } from "./rotated.ts";

/** Descriptors and processes that supervisord makes sure of before it starts: enough for a thousand children with three pipes each. */
const FILES_MIN = 8192;
const PROCESSES_MIN = 4096;

/** supervisord from these two programs. */
export function supervisordContender(supervisord: string, supervisorctl: string): Contender {
  const versionCommand = [supervisord, "--version"];
  const version = spawnSync(supervisord, ["--version"], { encoding: "utf8" }).stdout.trim();
  return { name: "supervisord", version, versionCommand, setUp: (place) => setUp(supervisord, supervisorctl, place) };
}

function setUp(supervisord: string, supervisorctl: string, place: Place): Setup {
  const conf = join(place.base, "supervisord.conf");
  const logs = join(place.base, "logs");
  const programs = join(place.base, "programs");
  for (const folder of [logs, programs]) mkdirSync(folder);
  writeFileSync(conf, daemonConf(place, logs, programs));
  const control = [supervisorctl, "-c", conf];
  return {
    launch: [supervisord, "-c", conf],
    status: [...control, "status"],
    stop: [...control, "shutdown"],
    env: {},
    declare: (workload) => {
      for (const name of workload.names) writeFileSync(join(programs, `${name}.conf`), programConf(logs, name, workload));
      // `update` reads the files again and starts what is new.
      return [...control, "update"];
    },
    logFiles: (name) => rotatedFiles(logs, `${name}.log`),
  };
}

function daemonConf(place: Place, logs: string, programs: string): string {
  const socket = join(place.base, "supervisor.sock");
  return `[unix_http_server]
file=${socket}
[supervisord]
logfile=${join(place.base, "supervisord.log")}
pidfile=${join(place.base, "supervisord.pid")}
childlogdir=${logs}
minfds=${FILES_MIN}
minprocs=${PROCESSES_MIN}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${socket}
[include]
files = ${programs}/*.conf
`;
}

function programConf(logs: string, name: string, { argv }: Workload): string {
  return `[program:${name}]\ncommand=${argv.join(" ")}\nautostart=true\nautorestart=true\nstdout_logfile=${join(logs, `${name}.log`)}\n`;
}
