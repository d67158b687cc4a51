#!/bin/sh
# Installs ghost for the person who runs it; needs no root.
#
#   curl -fsSL BASE/install.sh | sh                     the latest version
#   curl -fsSL BASE/install.sh | sh -s -- --version V   another one
#   sh install.sh                                       from a checkout: builds it from source
#
# The whole script is a function that the last line calls: a download of it that breaks off runs nothing.

usage() {
  cat <<'END'
usage: install.sh [options]
  --version V     install version V instead of the latest
  --modify-path   put ghost's folder on PATH in your shell's start file (else it is only said how)
  --uninstall     take away the boot unit of this home, stop its daemon and remove the program; registered processes, logs
                  and data stay
  --purge         with --uninstall: remove the whole home, data included
  --help          this text

environment:
  GHOST_HOME      where ghost lives, default ~/.ghost; the program goes to $GHOST_HOME/bin/ghost
  GHOST_BASE_URL  where the programs are: BASE/ghost-PLATFORM and BASE/ghost-PLATFORM.sha256, with --version V in BASE/vV/
                  default https://github.com/ghost-supervisor/ghost/releases/latest/download
END
}

main() {
  set -u
  umask 022
  latest=https://github.com/ghost-supervisor/ghost/releases/latest/download
  base=${GHOST_BASE_URL:-$latest}
  version='' modify_path=no action=install purge=no
  while [ $# -gt 0 ]; do
    case $1 in
      --version) [ $# -ge 2 ] || wrong_usage "--version needs a value"; version=${2#v}; shift ;;
      --version=*) version=${1#--version=}; version=${version#v} ;;
      --modify-path) modify_path=yes ;;
      --uninstall) action=uninstall ;;
      --purge) purge=yes ;;
      --help | -h) usage; exit 0 ;;
      *) wrong_usage "there is no option $1" ;;
    esac
    shift
  done
  [ "$purge" = no ] || [ "$action" = uninstall ] || wrong_usage "--purge goes with --uninstall"
  case $version in *[!A-Za-z0-9.+_-]*) wrong_usage "$version is not a version" ;; esac

  home=${GHOST_HOME:-${HOME:?cannot find a place to install to: neither GHOST_HOME nor HOME is set}/.ghost}
  case $home in /*) ;; *) home=$(pwd)/$home ;; esac
  bin=$home/bin
  program=$bin/ghost
  fresh='' child='' made_home=no made_bin=no replaced=no
  # Whatever happens from here on, a half-made file goes away, and so do folders that were made for it.
  trap clean_up EXIT
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
  trap 'interrupted 129' HUP

  if [ "$action" = uninstall ]; then uninstall; else install; fi
}

install() {
  make_folders
  fresh=$bin/.ghost.new.$$
  if checkout=$(find_checkout); then
    [ -z "$version" ] || wrong_usage "--version is for downloads; this checkout is built as it is"
    build_from "$checkout"
  else
    download
  fi
  chmod 755 "$fresh" || fail "cannot make $fresh executable"
  # A program that cannot run here (another C library, a folder mounted noexec) must not replace one that can.
  new=$(env -i HOME="$home" PATH="$PATH" GHOST_HOME="$home" "$fresh" --version 2>&1) || fail "cannot run the new program: $new" "is $home on a file system that forbids programs (noexec)?"
  # On disk before it gets its name: after a power failure there is the old program or the new one.
  sync "$fresh" 2>/dev/null || sync
  mv -f "$fresh" "$program" || fail "cannot replace $program"
  fresh='' replaced=yes
  say "installed $new as $program"
  upgrade_daemon
  tell_path
}

make_folders() {
  [ -d "$home" ] || made_home=yes
  [ -d "$bin" ] || made_bin=yes
  # What the home holds is its owner's alone.
  if [ "$made_home" = yes ]; then mkdir -p "$home" && chmod 700 "$home" || fail "cannot make $home" "set GHOST_HOME to a folder that you can write to"; fi
  mkdir -p "$bin" || fail "cannot make $bin" "set GHOST_HOME to a folder that you can write to"
  for left in "$bin"/.ghost.new.*; do
    # Left by an installation that was killed; one that still runs keeps its file.
    if [ -e "$left" ] && ! kill -0 "${left##*.}" 2>/dev/null; then rm -f "$left"; fi
  done
}

# The folder of this script if it is a checkout; read from a pipe it is none.
find_checkout() {
  case $0 in install.sh | */install.sh) ;; *) return 1 ;; esac
  folder=$(cd "$(dirname "$0")" 2>/dev/null && pwd) || return 1
  [ -f "$folder/build.ts" ] && [ -f "$folder/package.json" ] && printf '%s\n' "$folder"
}

build_from() {
  command -v npm >/dev/null || fail "cannot build from source: there is no npm" "install Node.js 20 or newer, or install a released version: curl -fsSL BASE/install.sh | sh"
  say "building from $1"
  run_interruptibly npm --prefix "$1" run build 1>&2 || fail "cannot build from source"
  cp "$1/dist/ghost" "$fresh" || fail "cannot write $fresh" "is the disk full?"
}

download() {
  platform=$(detect_platform) || exit 1
  if [ -n "$version" ]; then
    case $base in */latest/download) base=${base%/latest/download}/download/v$version ;; *) base=$base/v$version ;; esac
  fi
  say "downloading $base/ghost-$platform"
  fetch "$base/ghost-$platform.sha256" "$fresh"
  expected=$(cut -d ' ' -f 1 <"$fresh")
  case $expected in *[!0-9a-f]* | '') fail "cannot check the program: $base/ghost-$platform.sha256 holds no SHA-256" ;; esac
  [ ${#expected} -eq 64 ] || fail "cannot check the program: $base/ghost-$platform.sha256 holds no SHA-256"
  fetch "$base/ghost-$platform" "$fresh"
  found=$(hash_of "$fresh") || exit 1
  [ "$found" = "$expected" ] || fail "cannot use what was downloaded: its SHA-256 is $found, expected $expected" "the download is damaged, or not what was published; nothing was changed"
}

detect_platform() {
  system=$(uname -s) machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "cannot install on a $machine processor: there are programs for x64 and arm64" ;;
  esac
  case $system in
    Linux) if uses_musl; then echo "linux-$machine-musl"; else echo "linux-$machine"; fi ;;
    Darwin)
      # A shell under Rosetta says x86_64 on an arm64 machine.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then machine=arm64; fi
      echo "darwin-$machine"
      ;;
    *) fail "cannot install on $system: there are programs for Linux and macOS" ;;
  esac
}

uses_musl() {
  for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 /lib/ld-linux-x86-64.so.2; do
    if [ -e "$loader" ]; then return 1; fi
  done
  for loader in /lib/ld-musl-*; do
    if [ -e "$loader" ]; then return 0; fi
  done
  return 1
}

# fetch URL FILE
fetch() {
  if command -v curl >/dev/null; then
    run_interruptibly curl -fsSL --connect-timeout 30 --speed-limit 1 --speed-time 60 -o "$2" "$1"
  elif command -v wget >/dev/null; then
    run_interruptibly wget -q -T 60 -O "$2" "$1"
  else
    fail "cannot download: there is neither curl nor wget"
  fi
  result=$?
  if [ $result -ne 0 ]; then fail "cannot download $1 to $2 (exit code $result of the downloader)" "is the address right, the network up, and room on the disk?"; fi
}

# In the background, because a shell that waits for a foreground program hears a signal only after that program's end.
run_interruptibly() {
  "$@" </dev/null &
  child=$!
  wait "$child"
  ended=$?
  child=''
  return $ended
}

hash_of() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null; then shasum -a 256 <"$1" | cut -d ' ' -f 1
  elif command -v openssl >/dev/null; then openssl dgst -sha256 <"$1" | sed 's/^.* //'
  else fail "cannot check the program: there is neither sha256sum nor shasum nor openssl"
  fi
}

# A daemon of this home goes on under the new program: the processes it supervises live on and are adopted.
upgrade_daemon() {
  daemon_runs || return 0
  GHOST_HOME=$home "$program" daemon restart </dev/null >&2 || fail "the program is installed, but the daemon that runs is still the old one" "run: $program daemon restart"
}

daemon_runs() {
  GHOST_HOME=$home "$program" daemon status --json </dev/null 2>/dev/null | tr -d ' \n' | grep -q '"running":true'
}

uninstall() {
  if [ -x "$program" ]; then
    remove_boot_units
    if daemon_runs; then
      GHOST_HOME=$home "$program" daemon stop </dev/null >&2 || fail "cannot stop the daemon of $home: nothing was removed" "run: $program daemon stop"
    fi
    rm -f "$program" || fail "cannot remove $program"
    rmdir "$bin" 2>/dev/null
    say "removed $program"
  else
    say "there is no $program"
  fi
  forget_path
  if [ "$purge" = yes ]; then purge_home
  elif [ -d "$home" ]; then say "kept $home; remove it too with --uninstall --purge"
  fi
}

# A boot unit that stayed would start at each boot what is no longer there.
remove_boot_units() {
  remove_boot_unit --home "$home"
  [ "$(id -u)" = 0 ] || return 0
  remove_boot_unit --system --home "$home"
  # The machine's own daemon has a home of its own, and may run this program all the same.
  if machine_unit_is_ours; then remove_boot_unit --system; fi
}

# remove_boot_unit OPTIONS; where there is no unit (3), or nobody to start one (2), there is nothing to do.
remove_boot_unit() {
  said=$(GHOST_HOME=$home "$program" daemon uninstall "$@" </dev/null 2>&1)
  case $? in
    0) [ -z "$said" ] || say "$said" ;;
    2 | 3) ;;
    *) fail "cannot remove the boot unit of $home, and removed nothing else: $said" "run: $program daemon uninstall $*" ;;
  esac
}

machine_unit_is_ours() {
  unit=$(GHOST_HOME=$home "$program" daemon uninstall --system --dry-run --json </dev/null 2>/dev/null | sed -n 's/.*"removes": *"\([^"]*\)".*/\1/p')
  [ -n "$unit" ] && grep -qsF "$program" "$unit"
}

purge_home() {
  [ -d "$home" ] || return 0
  case $home in / | "${HOME:-/}" | "${HOME:-/}/") fail "cannot remove $home: it is more than a home of ghost's" "remove what you do not need by hand" ;; esac
  if [ ! -d "$home/data" ] && [ ! -d "$home/run" ] && [ -n "$(ls -A "$home")" ]; then fail "cannot remove $home: it does not look like a home of ghost's" "remove it by hand if it is one"; fi
  # Without a program of its own (npm installed it, say) nobody could stop the daemon above.
  pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$home/run/daemon.pid" 2>/dev/null)
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then fail "cannot remove $home: its daemon runs (pid $pid)" "stop it first: ghost --home $home daemon stop"; fi
  rm -rf "$home" || fail "cannot remove all of $home"
  say "removed $home"
}

# Sets start_file and path_line for the person's shell.
find_start_file() {
  path_line="export PATH=\"$bin:\$PATH\" # ghost"
  case ${SHELL:-} in
    */zsh) start_file=${ZDOTDIR:-$HOME}/.zshrc ;;
    */bash) if [ "$(uname -s)" = Darwin ]; then start_file=$HOME/.bash_profile; else start_file=$HOME/.bashrc; fi ;;
    */fish) start_file=${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish path_line="fish_add_path \"$bin\" # ghost" ;;
    *) start_file=$HOME/.profile ;;
  esac
}

tell_path() {
  case :$PATH: in *:"$bin":*) say "try: ghost --help"; return 0 ;; esac
  [ -n "${HOME:-}" ] || return 0
  find_start_file
  if [ "$modify_path" = no ]; then
    say "to have ghost on your PATH, add this line to $start_file (or use --modify-path):"
    say "  $path_line"
  elif grep -qsF "$path_line" "$start_file"; then
    say "$start_file already puts ghost on your PATH; open a new shell"
  else
    mkdir -p "$(dirname "$start_file")" && printf '\n%s\n' "$path_line" >>"$start_file" || fail "the program is installed, but $start_file cannot be written"
    say "put ghost on your PATH in $start_file; open a new shell"
  fi
}

# Takes back the line that --modify-path wrote; the file itself stays, with its owner and mode.
forget_path() {
  [ -n "${HOME:-}" ] || return 0
  find_start_file
  grep -qsF "$path_line" "$start_file" || return 0
  kept=$(grep -vF "$path_line" "$start_file"; echo .)
  printf '%s' "${kept%.}" >"$start_file" || fail "cannot remove ghost from PATH in $start_file"
  say "removed ghost from PATH in $start_file"
}

interrupted() {
  trap '' INT TERM HUP
  if [ "$replaced" = no ]; then say "interrupted: nothing was changed"; else say "interrupted: the new program is in place"; fi
  exit "$1"
}

clean_up() {
  if [ -n "$child" ]; then kill "$child" 2>/dev/null; wait "$child" 2>/dev/null; fi
  if [ -n "$fresh" ]; then rm -f "$fresh"; fi
  # Only folders that are new and still empty go.
  if [ "$made_bin" = yes ]; then rmdir "$bin" 2>/dev/null; fi
  if [ "$made_home" = yes ]; then rmdir "$home" 2>/dev/null; fi
  return 0
}

say() {
  printf '%s\n' "$*" >&2
}

# fail MESSAGE [HINT]
fail() {
  say "$1"
  if [ $# -gt 1 ]; then say "hint: $2"; fi
  exit 1
}

wrong_usage() {
  say "cannot install: $1"
  say "hint: sh install.sh --help shows the options"
  exit 2
}

main "$@"
