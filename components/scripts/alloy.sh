#!/usr/bin/env bash
# Installs Grafana Alloy as the log shipper of a runner host. Runs as root; a second run changes nothing.
# Parameters: MACHINE (only so that a new machine is installed again) UNIT ARCHIVE_URL ARCHIVE_SHA256
# ALLOY_CONFIGURATION
#             UNIT_FILE
set -euo pipefail

program=/usr/local/lib/ghrunners/alloy/alloy
configuration=/etc/ghrunners/logs/config.alloy
changed=false

install_program() {
  local place=${program%/*} folder archive
  [[ -x $program && -f $program.sha256 && $(<"$program.sha256") == "$ARCHIVE_SHA256" ]] && return
  # On the disk, not in /run: the unpacked program has several hundred megabytes, and /run is memory.
  install -d -m 0755 "$place"
  rm -rf "$place"/install.*
  folder=$(mktemp -d "$place/install.XXXXXXXX")
  # shellcheck disable=SC2064  # expand the name now
  trap "rm -rf '$folder'" EXIT
  archive=$folder/alloy.zip
  curl --fail --silent --show-error --location --retry 3 --connect-timeout 15 --max-time 600 --output "$archive" "$ARCHIVE_URL" ||
    die "The download of $ARCHIVE_URL failed. Expected the host to reach it. Next: try the same URL with curl on the host, then pulumi up"
  seen=$(sha256sum "$archive" | cut -d ' ' -f 1)
  [[ $seen == "$ARCHIVE_SHA256" ]] ||
    die "SHA-256 mismatch of $ARCHIVE_URL: seen $seen, expected $ARCHIVE_SHA256. Nothing was installed." \
      "Next: check ghrunners:monitoring.logs.alloy.sha256 against the release page"
  python3 -m zipfile -e "$archive" "$folder/unpacked"
  set -- "$folder"/unpacked/alloy*
  [[ $# == 1 && -f $1 ]] || die "The archive $ARCHIVE_URL contains $(ls "$folder/unpacked"), expected one program named alloy*"
  # The running program keeps its open file; rename the new one into place.
  install -D -m 0755 "$1" "$program.new"
  mv -f "$program.new" "$program"
  put "$program.sha256" 0644 "$ARCHIVE_SHA256"
  changed=true
}

install_shipper() {
  install_program
  put "$configuration.candidate" 0644 "$ALLOY_CONFIGURATION"
  "$program" fmt "$configuration.candidate" >/dev/null || die "Alloy refuses its new configuration; the old one stays. Its message is above."
  put "$configuration" 0644 "$ALLOY_CONFIGURATION"
  put "/etc/systemd/system/$UNIT" 0644 "$UNIT_FILE"
  if [[ $changed == true ]]; then
    systemctl daemon-reload
    systemctl restart "$UNIT"
  fi
  systemctl enable --quiet --now "$UNIT"
  systemctl is-active --quiet "$UNIT" || die "$UNIT does not run. Next: journalctl -u $UNIT on the host"
  echo "logs by Alloy, $(sha256sum "$configuration" "$program.sha256" | sha256sum | cut -c 1-12)"
}

remove_shipper() {
  systemctl disable --now --quiet "$UNIT" 2>/dev/null || true
  rm -rf "/etc/systemd/system/$UNIT" "$(dirname "$program")" "$configuration" "$configuration.candidate" \
    /var/lib/private/ghrunners-alloy /var/lib/ghrunners-alloy
  rmdir --ignore-fail-on-non-empty "$(dirname "$configuration")" 2>/dev/null || true
  systemctl daemon-reload
}

: "$MACHINE"
case ${1:-} in
  install) install_shipper ;;
  remove) remove_shipper ;;
  *) die "usage: alloy.sh install|remove" ;;
esac
