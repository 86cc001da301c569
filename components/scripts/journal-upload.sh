#!/usr/bin/env bash
# Ships the runner's logs, redacted on this host, to systemd-journal-remote. Runs as root; a second run changes nothing.
# Parameters: MACHINE (only so that a new machine is installed again) REDACTOR REDACTOR_CONFIG UNIT_FILE NAMESPACE
#             NAMESPACE_CONFIG SOCKET_DROP_IN UPLOAD_DROP_IN CERTIFICATE
set -euo pipefail

program=/usr/local/lib/ghrunners/logs/redactor.py
folder=/etc/ghrunners/logs
redactor_unit=ghrunners-log-redactor.service
upload_unit=systemd-journal-upload.service
socket_unit=systemd-journald@$NAMESPACE.socket
due=()

# Like put, and remembers which unit to restart if the file was written.
put_for() { # unit path mode content
  changed=false
  put "$2" "$3" "$4"
  if [[ $changed == true ]]; then due+=("$1"); fi
}

restart_changed() { # unit
  systemctl enable --quiet --no-reload "$1"
  if [[ " ${due[*]} " == *" $1 "* ]]; then systemctl restart "$1"; else systemctl start "$1"; fi
}

# Sockets of the redactor's journal that every user may write to: those that were made before the drop-in.
open_sockets() { find "/run/systemd/journal.$NAMESPACE" -maxdepth 1 -type s -perm /007 2>/dev/null || true; }

# Ends the redactor, its journal and the journal's sockets, in this order: from systemd 254 on, the end of a unit with a
# journal of its own waits for a sync of that journal (systemd-journald-sync@), which starts the journal again if it has
# ended, and so takes back the end of its sockets.
stop_journal() {
  systemctl stop "$redactor_unit"
  systemctl stop "systemd-journald-sync@$NAMESPACE.service" 2>/dev/null || true # not there before systemd 254
  systemctl stop "systemd-journald@$NAMESPACE.service" "$socket_unit"
}

install_shipper() {
  local machine_id journal deadline
  machine_id=$(</etc/machine-id)
  journal=/var/log/journal/$machine_id.$NAMESPACE
  put_for "$redactor_unit" "$program" 0755 "$REDACTOR"
  put_for "$redactor_unit" "$folder/redactor.json" 0644 "$REDACTOR_CONFIG"
  put_for "$redactor_unit" "/etc/systemd/system/$redactor_unit" 0644 "$UNIT_FILE"
  put_for "systemd-journald@$NAMESPACE.service" "/etc/systemd/journald@$NAMESPACE.conf" 0644 "$NAMESPACE_CONFIG"
  put_for "$socket_unit" "/etc/systemd/system/$socket_unit.d/ghrunners.conf" 0644 "$SOCKET_DROP_IN"
  put_for "$upload_unit" "$folder/receiver.pem" 0644 "$CERTIFICATE"
  put_for "$upload_unit" "/etc/systemd/system/$upload_unit.d/ghrunners.conf" 0644 "${UPLOAD_DROP_IN//MACHINE_ID/$machine_id}"
  # Also where nothing was written: a run that was killed may have left a file that is not loaded.
  systemctl daemon-reload
  if [[ -n $(open_sockets) ]]; then
    # Sockets get their mode when they are made. The redactor's start makes them again.
    stop_journal
  fi
  if [[ " ${due[*]} " == *" systemd-journald@$NAMESPACE.service "* ]]; then systemctl try-restart "systemd-journald@$NAMESPACE.service"; fi
  restart_changed "$redactor_unit"
  # Without a journal to read, the upload would end at once.
  deadline=$((SECONDS + 60))
  until [[ -e $journal/system.journal ]]; do
    ((SECONDS < deadline)) ||
      die "$redactor_unit wrote nothing to $journal. Next: journalctl --namespace=$NAMESPACE -u $redactor_unit on the host"
    sleep 0.1
  done
  [[ -z $(open_sockets) ]] ||
    die "every user of the host may write to $(open_sockets | tr '\n' ' '): a job's lines could pass the redactor. Next: systemctl restart $socket_unit on the host"
  restart_changed "$upload_unit"
  # Do not check whether the receiver accepts them: a monitoring host that is down must not block a change of a runner.
  echo "logs by journal upload, $(sha256sum "$folder/redactor.json" "$program" | sha256sum | cut -c 1-12)"
}

remove_shipper() {
  systemctl disable --now --quiet "$upload_unit" "$redactor_unit" 2>/dev/null || true
  stop_journal 2>/dev/null || true
  rm -rf "/etc/systemd/system/$socket_unit.d" "/etc/systemd/system/$upload_unit.d/ghrunners.conf" "/etc/systemd/system/$redactor_unit" \
    "/etc/systemd/journald@$NAMESPACE.conf" "$program" "$folder" "/var/log/journal/$(</etc/machine-id).$NAMESPACE" \
    /var/lib/private/ghrunners-logs /var/lib/ghrunners-logs
  rmdir --ignore-fail-on-non-empty "/etc/systemd/system/$upload_unit.d" "$(dirname "$program")" /usr/local/lib/ghrunners "$(dirname "$folder")" 2>/dev/null || true
  systemctl daemon-reload
}

: "$MACHINE"
case ${1:-} in
  install) install_shipper ;;
  remove) remove_shipper ;;
  *) die "usage: journal-upload.sh install|remove" ;;
esac
