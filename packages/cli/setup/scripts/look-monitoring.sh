#!/usr/bin/env bash
# Says what a machine has of monitoring, one fact a line: its name, a blank, its value. Runs as root; changes nothing.
# Parameters: PROMETHEUS_URL ALERTMANAGER_URL GRAFANA_URL  as seen from this host
#             PROMETHEUS_CONFIG ALERTMANAGER_FILE          their configuration files
#             RULES_DIR TARGETS_DIR                        folders that Prometheus is to read
#             DASHBOARDS_DIR GRAFANA_PROVISIONING          folder that Grafana is to read, and that of its providers
#             FLEET_CONFIG                                 configuration of a stack's fleet exporter
#             PACKAGES                                     names of packages, separated by blanks
set -euo pipefail

fact() { printf '%s %s\n' "$1" "$2"; }

# Whether there is a folder.
there() { # folder
  if [[ -d $1 ]]; then echo yes; else echo no; fi
}

# A file in one line; nothing if there is none.
text() { # file
  if [[ -f $1 ]]; then base64 --wrap 0 "$1"; fi
}

# Whether a package brought the file, and no one has changed it.
stock() { # file
  local sum=
  if command -v dpkg-query >/dev/null; then
    sum=$(dpkg-query --show --showformat '${Conffiles}\n' | awk -v file="$1" '$1 == file { print $2 }')
  fi
  if [[ -n $sum && -f $1 && $(md5sum "$1" | cut -d ' ' -f 1) == "$sum" ]]; then echo yes; else echo no; fi
}

# HTTP status of an address; 000 where nothing answers.
answer() { # url
  command -v curl >/dev/null || return 0
  curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' "$1" || true
}

# How a program runs: the unit or the container that its first process belongs to; nothing if there is no such process.
# A process of the host and one of a container have different name spaces, but both are in /proc.
runs_as() { # program
  local pid group
  pid=$(pgrep -o -x "$1" || true)
  [[ -n $pid ]] || return 0
  group=$(tail -n 1 "/proc/$pid/cgroup")
  if [[ $group =~ docker|libpod|containerd|kubepods|lxc ]]; then
    echo "container"
  else
    echo "${group##*/}"
  fi
}

# shellcheck source=/dev/null
os=$(. /etc/os-release && echo "${ID:-unknown} ${VERSION_ID:-}")
fact os "$os"
fact systemd "$(there /run/systemd/system)"
for package in $PACKAGES; do
  status=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
  fact "package:$package" "${status:-none}"
done
for tool in promtool amtool curl; do fact "tool:$tool" "$(command -v "$tool" || true)"; done
for program in prometheus alertmanager; do
  # Debian names Alertmanager's program prometheus-alertmanager, and the kernel keeps 15 characters of a name.
  seen=$(runs_as "$program")
  [[ -n $seen || $program != alertmanager ]] || seen=$(runs_as prometheus-aler)
  fact "runs:$program" "$seen"
done
fact answer:prometheus "$(answer "$PROMETHEUS_URL/-/ready")"
fact answer:alertmanager "$(answer "$ALERTMANAGER_URL/-/ready")"
fact answer:grafana "$(answer "$GRAFANA_URL/api/health")"
fact answer:node-exporter "$(answer http://127.0.0.1:9100/metrics)"
for folder in "$RULES_DIR" "$TARGETS_DIR" "$GRAFANA_PROVISIONING"; do fact "folder:$folder" "$(there "$folder")"; done
fact file:prometheus "$(text "$PROMETHEUS_CONFIG")"
fact file:alertmanager "$(text "$ALERTMANAGER_FILE")"
fact stock:prometheus "$(stock "$PROMETHEUS_CONFIG")"
fact stock:alertmanager "$(stock "$ALERTMANAGER_FILE")"
shopt -s nullglob
number=0
for file in "$GRAFANA_PROVISIONING"/*.yaml "$GRAFANA_PROVISIONING"/*.yml; do
  number=$((number + 1))
  fact "provider:$number" "$(basename "$file" | base64 --wrap 0) $(text "$file")"
done
# What other stacks have here.
fact file:fleet-exporter "$(text "$FLEET_CONFIG")"
for file in "$DASHBOARDS_DIR"/ghrunners.*.json; do
  name=$(basename "$file")
  fact "dashboards:${name%.*.json}" yes
done
# What the account of Grafana's packages may read; nothing without the account, or before the folder is there.
if [[ -d $DASHBOARDS_DIR ]] && id grafana >/dev/null 2>&1; then
  if runuser -u grafana -- test -r "$DASHBOARDS_DIR" -a -x "$DASHBOARDS_DIR"; then fact reads:grafana yes; else fact reads:grafana no; fi
fi
