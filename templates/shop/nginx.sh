#!/bin/sh
# nginx.sh: nginx on WEB_PORT in front of the API on API_PORT, in the foreground, with files of its own for each GHOST_HOME.
set -eu
dir=${TMPDIR:-/tmp}/shop-nginx-$(printf %s "$GHOST_HOME" | cksum | cut -d' ' -f1)
mkdir -p "$dir"
cat > "$dir/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $dir/nginx.pid;
error_log stderr warn;
events { }
http {
  access_log off;
  client_body_temp_path $dir/body;
  proxy_temp_path $dir/proxy;
  fastcgi_temp_path $dir/fastcgi;
  uwsgi_temp_path $dir/uwsgi;
  scgi_temp_path $dir/scgi;
  server {
    listen 127.0.0.1:$WEB_PORT;
    location / { proxy_pass http://127.0.0.1:$API_PORT; }
  }
}
CONF
exec nginx -p "$dir" -c "$dir/nginx.conf"
