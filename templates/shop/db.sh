#!/bin/sh
# db.sh: runs a PostgreSQL of its own on PGPORT, and makes it first if need be. `db.sh ready` is its health check, `db.sh migrate` its
# schema. As root it becomes the user postgres, as PostgreSQL wants it. Its data is in the temporary folder, one for each GHOST_HOME.
set -eu
PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
export PGHOST=127.0.0.1 PGUSER=shop PGDATABASE=postgres
data=${TMPDIR:-/tmp}/shop-db-$(printf %s "$GHOST_HOME" | cksum | cut -d' ' -f1)

case ${1:-run} in
ready) exec pg_isready -q ;;
migrate) exec psql -qv ON_ERROR_STOP=1 -f schema.sql ;;
esac

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$data" && chown postgres: "$data"
  as='setpriv --reuid=postgres --regid=postgres --init-groups'
else
  as=
fi
cd /
[ -e "$data/PG_VERSION" ] || $as initdb -U shop -A trust -D "$data" --no-sync >/dev/null
exec $as postgres -D "$data" -p "$PGPORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off
