#!/bin/sh
# The shop's own tests, against the whole of it: ghost ci processes.yaml --until test
set -eu
get() { python3 -c 'import sys, urllib.request as u; print(u.urlopen(u.Request(sys.argv[1], method=sys.argv[2]), timeout=10).read().decode())' "http://127.0.0.1:$WEB_PORT$1" "${2:-GET}"; }
[ "$(get /items)" = '["chair", "lamp", "table"]' ] && echo "ok: items are listed"
[ "$(get /items)" = '["chair", "lamp", "table"]' ] && echo "ok: items come out of the cache"
[ "$(get /orders/lamp POST)" = '{"ordered": "lamp"}' ] && echo "ok: orders are taken"
