import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fillSecrets, maskReferences, maskValues } from "../../core/config/secrets.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { bringSdkFor, needsSdk } from "../apps/launch.ts";
import type { LogStreamTarget } from "../logs/pump.ts";
import { type Account, findAccount, findGroup } from "../process/accounts.ts";
import { composeEnvironment, type Variable } from "../process/environment.ts";
import { findExecutable } from "../process/executable.ts";
import { markUnwritten } from "../process/fifo.ts";
import { identify } from "../process/identity.ts";
import type { Credentials } from "../process/privilege.ts";
import { type SpawnRequest, spawnProgram } from "../process/spawn.ts";
import type { StopCommandContext } from "../process/stop-command.ts";
import { lookAt } from "../system/look-at.ts";
import { judgeBeforeSpawn } from "./port-conflicts.ts";
import type { Supervised } from "./supervised.ts";
import { STOPPED_BEFORE, type Supervisor } from "./supervisor.ts";

/** Begins a run whose intent is recorded: opens its logs, spawns it, and says what came of it. */
export async function startRun(supervisor: Supervisor, process: Supervised, token: string): Promise<void> {
  const uid = hubUserOf(process);
  if (uid !== null) await supervisor.parts.appDoors.open(uid);
  if (needsSdk(process.definition.environment)) await bringModules(supervisor, process);
  const { state } = process.machine;
  if ((state.at !== "starting" && state.at !== "stopping") || ("token" in state && state.token !== token)) return;
  if (state.at === "stopping") {
    // Stopped before it was its turn.
    supervisor.dispatch(process, { type: "spawn-failed", message: STOPPED_BEFORE });
    return;
  }
  if (supervisor.withholds(process)) return;
  try {
    const blockedBy = judgeBeforeSpawn(supervisor, process);
    if (blockedBy !== null)
      return supervisor.dispatch(process, { type: "blocked", blockedBy, cause: { kind: "blocked", text: "not started" } });
    supervisor.parts.store.commitRun(process.key);
    const pid = await spawn(supervisor, process, token);
    const identity = identify(pid, token);
    supervisor.parts.limits.begun(process, pid);
    for (const text of supervisor.parts.limits.newWarnings(process.definition))
      supervisor.record(process, null, null, { kind: "limit-unenforced", text });
    process.members = new Map([[pid, identity.startTicks]]);
    process.adopted = false;
    process.cpuSample = null;
    supervisor.dispatch(process, { type: "spawned", identity });
  } catch (error) {
    const message = error instanceof GhostError && error.hint ? `${error.message} (${error.hint})` : (error as Error).message;
    supervisor.dispatch(process, { type: "spawn-failed", message: maskValues(message, process.secretValues) });
  }
}

/** What may be imported and is not the app's own. Where it cannot be had the app starts all the same, for it may need none. */
async function bringModules(supervisor: Supervisor, { definition }: Supervised): Promise<void> {
  await bringSdkFor(definition, supervisor.parts.home.root).catch((error: Error) => {
    supervisor.parts.log(`${definition.name} finds no ghost-sdk in ghost: ${error.message}`);
  });
}

/**
 * What the run before wrote must not pass for a word of one that never began. To be called before the intent is recorded: it may lie there for a while, and
 * whoever finds it after a sudden end judges by this. A pipe that cannot be marked is no reason not to start.
 */
export function forgetLastWords(supervisor: Supervisor, process: Supervised): void {
  for (const { fifo } of logTargets(supervisor, process, null)) {
    try {
      if (existsSync(fifo)) markUnwritten(fifo);
    } catch (error) {
      supervisor.parts.log(`cannot mark ${fifo}: ${(error as Error).message}`);
    }
  }
}

async function spawn(supervisor: Supervisor, process: Supervised, token: string): Promise<number> {
  const request = describeRun(supervisor, process, token);
  const [stdout, stderr] = openLogs(supervisor, process, request.credentials);
  try {
    // Should the daemon die between the spawn and its record, and the run end meanwhile: what it wrote tells of it.
    for (const { fifo } of logTargets(supervisor, process, request.credentials)) markUnwritten(fifo);
    return await spawnProgram({ ...request, stdout, stderr }, ({ code, signal }) => {
      const { state } = process.machine;
      if ((state.at !== "running" && state.at !== "stopping") || state.identity?.token !== token) return;
      void supervisor.mainEnded(process, state.identity.pid, { code, signal, known: true, spawnError: null });
    });
  } finally {
    supervisor.parts.pump.closeWriter(stdout);
    supervisor.parts.pump.closeWriter(stderr);
  }
}

/** Everything about a run but its logs. Remembers environment and secret values in `process`. */
function describeRun(supervisor: Supervisor, process: Supervised, token: string): Omit<SpawnRequest, "stdout" | "stderr"> {
  const { definition } = process;
  const account = accountOf(process);
  const listener = supervisor.listeners.descriptorFor(process);
  const variables = environmentFor(supervisor, process, account, token);
  process.secretValues = secretValuesOf(variables, supervisor.parts.secrets.of(process.manifestId));
  process.environment = plainValues(variables);
  const reveal = (text: string): string => revealText(supervisor, process, text);
  const path = process.environment.PATH ?? "";
  const fileDirectory = definition.source ? dirname(definition.source.file) : null;
  const program = definition.shell
    ? { file: "/bin/sh", name: "sh", args: ["-c", reveal(definition.executable)] }
    : {
        file: findExecutable(reveal(definition.executable), { path, workingDirectory: definition.workingDirectory, fileDirectory }),
        name: maskReferences(definition.executable),
        args: definition.args.map(reveal),
      };
  return {
    ...program,
    workingDirectory: definition.workingDirectory,
    environment: process.environment,
    credentials: credentialsOf(process, account),
    umask: definition.umask,
    nice: definition.nice,
    openFiles: definition.limits.openFiles,
    listener,
    cgroup: supervisor.parts.limits.prepare(process),
  };
}

/** A text of a definition with the ports and secrets that it refers to. Throws STATE_DAMAGED for a secret that is lost. */
export function revealText(supervisor: Supervisor, process: Supervised, text: string): string {
  return fillSecrets(supervisor.ports.reveal(process, text), supervisor.parts.secrets.of(process.manifestId));
}

/** The environment that a run gets, or would get (`token: null`), with the origin of each variable. */
export function environmentFor(
  supervisor: Supervisor,
  target: Supervised,
  account: Account | null,
  token: string | null,
): Map<string, Variable> {
  const manifest = supervisor.manifests.get(target.manifestId);
  return composeEnvironment(target.definition, {
    home: supervisor.parts.home.root,
    hub: hubPathFor(supervisor, target, account),
    listener: supervisor.listeners.handsDown(target),
    path: manifest?.path ?? process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    secrets: supervisor.parts.secrets.of(target.manifestId),
    revealPorts: (text) => supervisor.ports.reveal(target, text),
    account,
    token,
    hubToken: target.definition.app && supervisor.parts.makeHubToken(target.definition.name),
    instance: target.instance,
  });
}

/** The hub's own socket is its owner's alone (0600); apps of other users, who have a token, get another. */
function hubPathFor({ parts }: Supervisor, { definition }: Supervised, account: Account | null): string | null {
  if (account === null || account.uid === 0 || account.uid === process.getuid?.()) return parts.home.hubSocket;
  return definition.app ? parts.appDoors.pathOf(account.uid) : null;
}

/** The id of the user as whom an app runs, if that is another than the daemon's; null also where it is unknown. */
export function hubUserOf(target: Pick<Supervised, "definition">): number | null {
  if (!target.definition.app || target.definition.user === null || process.getuid?.() !== 0) return null;
  try {
    const { uid } = findAccount(target.definition.user);
    return uid === 0 ? null : uid;
  } catch {
    return null;
  }
}

/** The surroundings of `stop.command`: those of the run; of one that another daemon started, those that it would get today. */
export function stopCommandContext(supervisor: Supervisor, target: Supervised, pid: number): StopCommandContext {
  const { workingDirectory, stop } = target.definition;
  const account = accountOf(target);
  const environment = target.environment ?? plainValues(environmentFor(supervisor, target, account, null));
  return { pid, workingDirectory, environment, credentials: credentialsOf(target, account), timeoutMs: stop.timeoutMs };
}

/**
 * The surroundings of a command of `on:`. What kept the process from starting (its folder, a file of its environment) must not
 * keep it from being told: then the hook has the home's folder and the rest of the environment. Throws where its user is unknown.
 */
export function hookContext(supervisor: Supervisor, target: Supervised): Omit<StopCommandContext, "pid" | "timeoutMs"> {
  const account = accountOf(target);
  const { workingDirectory } = target.definition;
  const isThere = lookAt(workingDirectory).stats?.isDirectory() ?? false;
  const { GHOST_PROCESS: _, ...environment } = target.environment ?? hookEnvironment(supervisor, target, account);
  return {
    workingDirectory: isThere ? workingDirectory : supervisor.parts.home.root,
    environment,
    credentials: credentialsOf(target, account),
  };
}

function hookEnvironment(supervisor: Supervisor, target: Supervised, account: Account | null): Record<string, string> {
  try {
    return plainValues(environmentFor(supervisor, target, account, null));
  } catch {
    const definition = { ...target.definition, envFiles: [], environment: {} };
    return plainValues(environmentFor(supervisor, { ...target, definition }, account, null));
  }
}

/** What must be masked of a process that this daemon did not start. A file that cannot be read now has no value to mask. */
export function learnSecrets(supervisor: Supervisor, target: Supervised): void {
  const secrets = supervisor.parts.secrets.of(target.manifestId);
  try {
    target.secretValues = secretValuesOf(environmentFor(supervisor, target, null, null), secrets);
  } catch {
    target.secretValues = secretValuesOf(new Map(), secrets);
  }
}

function plainValues(variables: ReadonlyMap<string, Variable>): Record<string, string> {
  return Object.fromEntries([...variables].map(([key, { value }]) => [key, value]));
}

/** The account that `user` names; null when the process runs as the daemon does. Throws PERMISSION_DENIED without root. */
export function accountOf(target: Pick<Supervised, "definition">): Account | null {
  const { user, group } = target.definition;
  if (user === null && group === null) return null;
  const account = user === null ? null : findAccount(user);
  const own = process.getuid?.() ?? 0;
  if (own !== 0 && account?.uid !== own) {
    throw new GhostError(
      "PERMISSION_DENIED",
      `cannot run ${target.definition.name} as ${user === null ? `group ${group}` : `user ${user}`}: the daemon does not run as root`,
      {
        hint: "start the daemon as root, or leave out `user` and `group`",
      },
    );
  }
  return account;
}

/** Whom the process runs as, if not as the one who runs this program. */
export function credentialsOf(target: Pick<Supervised, "definition">, account: Account | null): Credentials | null {
  const { group } = target.definition;
  if (!account && group === null) return null;
  if ((process.getuid?.() ?? 0) !== 0) return null;
  const gid = group === null ? (account?.gid ?? 0) : findGroup(group);
  return { uid: account?.uid ?? 0, gid, userName: account?.name ?? null };
}

function openLogs(supervisor: Supervisor, process: Supervised, credentials: Credentials | null): [number, number] {
  const [out, err] = logTargets(supervisor, process, credentials);
  const stdout = supervisor.parts.pump.open(out);
  try {
    return [stdout, supervisor.parts.pump.open(err)];
  } catch (error) {
    supervisor.parts.pump.closeWriter(stdout);
    throw error;
  }
}

/** The folder of a process's logs: its name's, of further instances `NAME:N`. An app may have one of its own. */
export function logFolder(supervisor: Supervisor, { definition, instance }: Supervised): string {
  const logs = definition.app?.logsPath ?? null;
  if (logs !== null) return instance === 0 ? logs : join(logs, String(instance));
  const own = instance === 0 ? definition.name : `${definition.name}:${instance}`;
  return join(supervisor.parts.home.logs, definition.project, own);
}

/** Where the two streams of a process go. */
export function logTargets(
  supervisor: Supervisor,
  process: Supervised,
  credentials: Credentials | null,
): [LogStreamTarget, LogStreamTarget] {
  const { definition } = process;
  const folder = logFolder(supervisor, process);
  const target = (stream: "out" | "err"): LogStreamTarget => ({
    key: `${process.key}/${stream}`,
    fifo: join(supervisor.parts.home.fifos, `${process.id}.${stream}`),
    file: join(folder, `${stream}.log`),
    ...definition.logs,
    ...(credentials && { uid: credentials.uid, gid: credentials.gid }),
  });
  return [target("out"), target("err")];
}

function secretValuesOf(variables: ReadonlyMap<string, Variable>, secrets: Readonly<Record<string, string>>): string[] {
  const fromEnvironment = [...variables.values()].filter((variable) => variable.secret).map((variable) => variable.value);
  return [...new Set([...fromEnvironment, ...Object.values(secrets)])].filter((value) => value !== "");
}
