#!/bin/sh
# daemonize.sh FILE [SECONDS]: leaves a process in its own session behind (its pid is the only line of FILE) which lives
# SECONDS (default: for ever) and ends on SIGTERM, and itself ends with 0 at once, as nginx does with "daemon on". Like
# nginx it lets go of stdin and stdout and keeps stderr.
file=$1 seconds=${2:-1000000}
setsid sh -c 'echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep "$2"' daemonize "$file" "$seconds" < /dev/null > /dev/null &
until [ -e "$file" ]; do sleep 0.01; done
exit 0
