#!/usr/bin/env bash
# Everything of the demo application that tells a version, and everything that a deployment must not leave behind.
# Runs as root on its machine. Prints lines: name, tab, value.
set -uo pipefail

app=/opt/demo-app
state=/var/lib/ghrunners/deploy
units=(nginx.service redis-server.service postgresql.service demo-app-backend.service demo-app-identity-provider.service)

tell() { printf '%s\t%s\n' "$1" "$(tr '\n' ' ' <<<"$2" | sed 's/ *$//')"; }
same() { if cmp -s "$1" "$2"; then echo same; else echo different; fi; }
page() { curl --silent --max-time 10 "http://127.0.0.1/$1" | grep -o 'data-version="[^"]*"'; }

tell link "$(readlink "$app/current")"
tell api "$(curl --silent --max-time 10 http://127.0.0.1/api/info)"
for each in "" login dashboard orders settings about; do tell "page /$each" "$(page "$each")"; done
tell "unit files" "$(
  for name in backend identity-provider; do
    same "$app/current/demo-app-$name.service" "/etc/systemd/system/demo-app-$name.service"
  done
)"
tell "proxy site" "$(same "$app/current/site.conf" /etc/nginx/sites-enabled/default)"
tell schema "$(runuser -u postgres -- psql -XAtq -d demo -c 'select max(version) from schema_version' 2>&1)"
tell releases "$(ls "$app/releases")"
tell units "$(systemctl is-active "${units[@]}")"
tell "at boot" "$(systemctl is-enabled "${units[@]:3}")"
tell state "$(ls "$state")"
tell temporary "$(find "$app" /etc/systemd/system /etc/nginx/sites-enabled /var/lib/ghrunners /var/lib/prometheus -name '.ghrunners-new-*' -o -name '.unpacking-*' -o -name '.before-*')"
tell scopes "$(systemctl list-units --plain --no-legend 'ghrunners-deploy-*.scope')"
tell "failed units" "$(systemctl list-units --plain --no-legend --state=failed | awk '{ print $1 }')"
tell guard "$(systemctl is-active ghrunners-deploy-guard.service)"
tell lock "$(flock --nonblock /run/ghrunners/deploy echo free)"
