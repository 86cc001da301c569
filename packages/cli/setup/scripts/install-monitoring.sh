#!/usr/bin/env bash
# Makes an empty Debian machine a monitoring host: packages, and configuration files in the place of those that Debian
# brought. A file that someone has changed is left alone. Runs as root; a second run changes nothing.
#
# usage: install-monitoring.sh install
# Parameters: PACKAGES                            names of packages, separated by blanks
#             PROMETHEUS_CONFIG PROMETHEUS_TEXT   configuration of Prometheus
#             ALERTMANAGER_FILE ALERTMANAGER_TEXT configuration of Alertmanager; an empty text leaves Debian's
#             ALERTMANAGER_DEFAULTS               file with Alertmanager's arguments
#             PROMETHEUS_URL ALERTMANAGER_URL     where both answer in the end
#             RULES_DIR TARGETS_DIR               folders that Prometheus reads
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
LIMIT_SECONDS=60

# Whether a package brought the file, and no one has changed it.
is_stock() { # file
  local sum
  sum=$(dpkg-query --show --showformat '${Conffiles}\n' 2>/dev/null | awk -v file="$1" '$1 == file { print $2 }')
  [[ -n $sum && $(md5sum "$1" | cut -d ' ' -f 1) == "$sum" ]]
}

install_packages() {
  local package missing=()
  for package in $PACKAGES; do
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  apt-get -o DPkg::Lock::Timeout=120 update -q >&2 || true
  apt-get -o DPkg::Lock::Timeout=120 -o DPkg::Options::=--force-confdef -o DPkg::Options::=--force-confold \
    install -q --yes --no-install-recommends "${missing[@]}" >&2 ||
    die "${missing[*]} could not be installed on $(hostname). Expected a package mirror in reach. Next: apt-get install ${missing[*]} on the host"
  echo "installed ${missing[*]}"
}

# Puts a file in the place of the package's own, once its own tool accepts it. Says in `changed` whether it did.
replace() { # file text checking command
  local file=$1 text=$2 words
  shift 2
  changed=false
  if [[ -f $file && $(<"$file") == "${text%$'\n'}" ]]; then return; fi
  if [[ -f $file ]] && ! is_stock "$file"; then
    echo "$file is left alone: it is not as Debian's package brought it"
    return
  fi
  printf '%s\n' "${text%$'\n'}" >"$file.new" || no_space "$file"
  if ! words=$("$@" "$file.new" 2>&1); then
    rm -f "$file.new"
    die "$1 refuses the new $file: $words. Nothing was changed in it."
  fi
  chmod 0644 "$file.new"
  mv -f "$file.new" "$file"
  changed=true
  echo "wrote $file"
}

wait_for() { # name url
  local deadline=$((SECONDS + LIMIT_SECONDS))
  until curl --fail --silent --max-time 2 --output /dev/null "$2/-/ready"; do
    ((SECONDS < deadline)) || die "$1 does not answer at $2 within $LIMIT_SECONDS s. Next: journalctl -u prometheus -u prometheus-alertmanager on the host"
    sleep 0.2
  done
}

# Debian starts a service when its package is installed. With the package's own file, Alertmanager may have failed so often
# that systemd refuses to start it for a while (systemd.unit(5), StartLimitIntervalSec).
start() { # unit changed
  systemctl enable --quiet "$1"
  systemctl reset-failed "$1"
  if [[ $2 == true ]]; then systemctl restart "$1"; else systemctl start "$1"; fi
}

install_monitoring() {
  local alerting
  install_packages
  mkdir -p "$RULES_DIR" "$TARGETS_DIR"
  # One instance, no cluster: without a private address Alertmanager would not even start.
  replace "$ALERTMANAGER_DEFAULTS" 'ARGS="--cluster.listen-address="' true
  alerting=$changed
  if [[ -n $ALERTMANAGER_TEXT ]]; then
    replace "$ALERTMANAGER_FILE" "$ALERTMANAGER_TEXT" amtool check-config
    [[ $changed == false ]] || alerting=true
  fi
  replace "$PROMETHEUS_CONFIG" "$PROMETHEUS_TEXT" promtool check config
  start prometheus-alertmanager "$alerting"
  start prometheus "$changed"
  start prometheus-node-exporter false
  wait_for Prometheus "$PROMETHEUS_URL"
  wait_for Alertmanager "$ALERTMANAGER_URL"
  echo "Prometheus and Alertmanager answer"
}

case ${1:-} in
  install) install_monitoring ;;
  *) die "usage: install-monitoring.sh install" ;;
esac
