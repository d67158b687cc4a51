import type { Variables } from "../config/interpolate.ts";

/** What every shell, terminal, desktop and version manager sets: it says something of where a program was started, nothing of the program. */
const SHELL_NAMES = new Set(
  (
    "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TERM TERMINFO PWD OLDPWD SHLVL _ MAIL HOSTNAME HOSTTYPE OSTYPE MACHTYPE EDITOR VISUAL PAGER MANPATH " +
    "INFOPATH DISPLAY WAYLAND_DISPLAY COLORTERM LS_COLORS LSCOLORS CLICOLOR LESS LESSOPEN LESSCLOSE WINDOWID WINDOWPATH DESKTOP_SESSION " +
    "SESSION_MANAGER USERNAME TMPDIR TEMP TMP PS1 PS2 HISTSIZE HISTFILE HISTCONTROL COLUMNS LINES TMUX TMUX_PANE STY TZ INVOCATION_ID " +
    "JOURNAL_STREAM SYSTEMD_EXEC_PID MANAGERPID NOTIFY_SOCKET WATCHDOG_PID WATCHDOG_USEC ZSH NVM_BIN NVM_DIR NVM_INC NVM_CD_FLAGS " +
    "NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE INIT_CWD NODE WSL_DISTRO_NAME WSLENV WSL_INTEROP BASH_ENV ENV PROMPT_COMMAND " +
    "SUDO_USER SUDO_UID SUDO_GID SUDO_COMMAND SUDO_HOME XAUTHORITY which_declare COLORFGBG DEBUGINFOD_URLS MOTD_SHOWN MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE"
  ).split(" "),
);
const SHELL_PREFIXES =
  /^(LC_|XDG_|SSH_|DBUS_|GNOME_|KDE_|GTK_|QT_|VTE_|TERM_|ITERM_|VSCODE_|VOLTA_|FNM_|ASDF_|MISE_|PYENV_|RBENV_|NVM_|npm_|BASH_FUNC_|SDKMAN_|CONDA_|Apple_|__CF)/;
/** What PM2 puts into the environment of what it runs. */
const PM2_NAMES = /^(PM2_|pm_|axm_|km_|unique_id$|NODE_APP_INSTANCE$|exec_mode$|vizion$|status$|name$|namespace$|instances$|restart_time$)/;

/** The environment of a dump, sorted. */
export interface SortedVariables {
  /** What is the program's own. */
  readonly own: Readonly<Record<string, string>>;
  /** Names that every shell has. */
  readonly shell: readonly string[];
  /** Names that the importing shell has with the same value: in all likelihood they were inherited, and perhaps they are needed. */
  readonly inherited: readonly string[];
}

/**
 * Tells what a dumped environment got from the shell that started the program. Left out are the names that every shell, terminal, desktop
 * and version manager sets, those that PM2 itself sets, and all that the importing shell has with the same value.
 */
export function sortVariables(variables: Readonly<Record<string, string>>, importing: Variables): SortedVariables {
  const own: Record<string, string> = {};
  const shell: string[] = [];
  const inherited: string[] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (PM2_NAMES.test(name)) continue;
    if (SHELL_NAMES.has(name) || SHELL_PREFIXES.test(name)) shell.push(name);
    else if (Object.hasOwn(importing, name) && importing[name] === value) inherited.push(name);
    else own[name] = value;
  }
  return { own, shell, inherited };
}
