#!/bin/sh
# environment.sh FILE [PAUSE]: writes its environment, its working directory (PWD), umask, nice value, user and group ids to
# FILE (whole at once), then lives PAUSE seconds (default: for ever).
file=$1 pause=${2:-1000000}
{ env; echo "CWD=$(pwd)"; echo "UMASK=$(umask)"; echo "NICE=$(nice)"; echo "UID_GID=$(id -u):$(id -g)"; echo "OPEN_FILES=$(ulimit -n)"; } > "$file.new"
mv "$file.new" "$file"
exec sleep "$pause"
