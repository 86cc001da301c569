#!/usr/bin/env bash
# Installs, shows or removes an exporter. Runs as root; may be run again at any point of an interrupted run.
# Parameters: UNIT UNIT_TEXT CONFIG_FILE CONFIG BUNDLE_FILE BUNDLE_SHA256 LISTEN SERVICE_USER, for install also
#             BUNDLE (gzip, base64) MACHINE (only so that another machine is installed again)
#             SUDO_UNIT SUDO_TEXT SUDO_TIMER (on a runner: the unit that tries the operator's sudo, its text, and that of
#             its timer; elsewhere empty)
#             TOKEN_FILE TOKEN (both empty where the exporter needs no token)
#             WATCHED ("OWNER/NAME ENVIRONMENT" where a host has one such exporter for all stacks; else empty)
#             WATCHED_BEFORE (for install: what this stack's own exporter has watched until now; or empty)
set -euo pipefail

unit_file=/etc/systemd/system/$UNIT
sudo_file=/etc/systemd/system/$SUDO_UNIT
timer=${SUDO_UNIT%.service}.timer
timer_file=/etc/systemd/system/$timer
changed=false

bundle_sha256() {
  if [[ -f $BUNDLE_FILE ]]; then sha256sum "$BUNDLE_FILE" | cut -d ' ' -f 1; fi
}

# 18 is the oldest version that the bundle is made for; Debian 12 and Ubuntu 24.04 are the first that have it.
need_node() {
  local version
  version=$(/usr/bin/node --version 2>/dev/null || true)
  [[ $version =~ ^v([0-9]+)\. && ${BASH_REMATCH[1]} -ge 18 ]] ||
    die "/usr/bin/node on $(hostname) is ${version:-missing}. Expected Node 18 or newer (Debian 12, Ubuntu 24.04 or newer" \
      "have it as nodejs). Next: a newer release of the host's system, or Node's own package from https://deb.nodesource.com; then pulumi up"
}

# What the exporter that is there watches: nothing where there is none, or one of a version that did not say it.
watched_there() {
  [[ -n $WATCHED && -f $CONFIG_FILE && -x /usr/bin/node ]] || return 0
  /usr/bin/node -e 'const { view, repository, label, environment } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    const watched = view === "switch" ? environment : label;
    if (watched !== undefined) console.log(repository + " " + watched);' "$CONFIG_FILE" 2>/dev/null || true
}

# A second stack's exporter would take the place of the first one's, and each pulumi up of the two would change it again.
refuse_second() {
  local there
  there=$(watched_there)
  [[ -z $there || $there == "$WATCHED" || $there == "$WATCHED_BEFORE" ]] && return
  die "$UNIT on $(hostname) watches ${there#* } of ${there% *}, and a host has one. Expected none for another environment." \
    "Next: in the stack that is to do without it, pulumi config set --path ghrunners:monitoring.fleetExporter false; or," \
    "where no stack has the other one any more, on the host: sudo rm $CONFIG_FILE; then pulumi up"
}

make_user() {
  if ! id -u "$SERVICE_USER" >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$SERVICE_USER"
  fi
}

put_bundle() {
  [[ $(bundle_sha256) == "$BUNDLE_SHA256" ]] && return
  install -D -m 0644 /dev/null "$BUNDLE_FILE.new" || no_space "$BUNDLE_FILE"
  base64 --decode <<<"$BUNDLE" | gzip --decompress --stdout >"$BUNDLE_FILE.new" || no_space "$BUNDLE_FILE"
  local seen
  seen=$(sha256sum "$BUNDLE_FILE.new" | cut -d ' ' -f 1)
  [[ $seen == "$BUNDLE_SHA256" ]] || die "The exporter arrived with SHA-256 $seen, expected $BUNDLE_SHA256. Next: pulumi up"
  mv -f "$BUNDLE_FILE.new" "$BUNDLE_FILE"
  changed=true
}

answers() {
  curl --fail --silent --max-time 2 --output /dev/null "http://$LISTEN/metrics"
}

install_exporter() {
  : "$MACHINE"
  need_node
  refuse_second
  make_user
  put_bundle
  put "$CONFIG_FILE" 0644 "$CONFIG"
  if [[ -n $TOKEN_FILE ]]; then put "$TOKEN_FILE" 0600 "$TOKEN"; fi
  put "$unit_file" 0644 "$UNIT_TEXT"
  if [[ -n $SUDO_UNIT ]]; then
    put "$sudo_file" 0644 "$SUDO_TEXT"
    put "$timer_file" 0644 "$SUDO_TIMER"
  fi
  # Also where nothing was written: a run that was killed may have left a file that is not loaded.
  systemctl daemon-reload
  if [[ $changed == true ]]; then
    if [[ -n $SUDO_UNIT ]]; then
      systemctl restart "$timer"
      systemctl start --no-block "$SUDO_UNIT"
    fi
    systemctl restart "$UNIT"
  fi
  # Each of these calls would load all units of the host once more.
  systemctl enable --quiet --now --no-reload "$UNIT"
  if [[ -n $SUDO_UNIT ]]; then
    systemctl enable --quiet --no-reload "$SUDO_UNIT"
    systemctl enable --quiet --now --no-reload "$timer"
  fi
  local deadline=$((SECONDS + 90))
  until answers; do
    if ((SECONDS >= deadline)); then
      echo "$UNIT does not answer on $LISTEN. Expected its metrics. Next: journalctl -u $UNIT on the host. Its last words:" >&2
      journalctl --unit "$UNIT" --lines 5 --output cat --no-pager | cut -c 1-300 >&2 || true
      exit 1
    fi
    sleep 0.1
  done
  show_exporter
}

# One word: what is there. Drift is any other word than the one after an installation.
show_exporter() {
  local state
  state=$(systemctl is-active "$UNIT" || true)
  if ! systemctl is-enabled --quiet "$UNIT" 2>/dev/null; then state=disabled; fi
  if [[ -n $SUDO_UNIT ]] && ! systemctl is-active --quiet "$timer"; then state=altered; fi
  if [[ $(bundle_sha256) != "$BUNDLE_SHA256" || ! -f $CONFIG_FILE || $(<"$CONFIG_FILE") != "$CONFIG" ]]; then state=altered; fi
  echo "$state"
}

remove_exporter() {
  local there
  there=$(watched_there)
  [[ -z $there || $there == "$WATCHED" ]] || return 0 # Another stack's, since this one's was taken away by hand.
  systemctl disable --now --quiet "$UNIT" 2>/dev/null || true
  if [[ -n $SUDO_UNIT ]]; then
    systemctl disable --now --quiet "$timer" "$SUDO_UNIT" 2>/dev/null || true
    rm -f "$sudo_file" "$timer_file"
  fi
  systemctl clean --what=state "$UNIT" 2>/dev/null || true
  rm -f "$unit_file" "$CONFIG_FILE" "$BUNDLE_FILE" "${TOKEN_FILE:-$CONFIG_FILE}"
  rmdir --ignore-fail-on-non-empty "$(dirname "$BUNDLE_FILE")" "$(dirname "$CONFIG_FILE")" 2>/dev/null || true
  systemctl daemon-reload
}

case ${1:-} in
  install) install_exporter ;;
  show) show_exporter ;;
  remove) remove_exporter ;;
  *) die "usage: exporter.sh install|show|remove" ;;
esac
