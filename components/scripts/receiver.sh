#!/usr/bin/env bash
# Sets this host up to receive the runners' journals. Runs as root; a second run changes nothing. Prints its
# certificate.
# Parameters: ENVIRONMENT ADDRESS PORT SENDERS (addresses, separated by blanks) RETENTION_DAYS SENDER_MEBIBYTES
set -euo pipefail

folder=/etc/ghrunners/log-receiver
group=systemd-journal-remote
configuration=/etc/systemd/journal-remote.conf.d/ghrunners.conf
cleaning=/etc/systemd/system/ghrunners-log-retention
program=/usr/local/lib/ghrunners/log-receiver/retention.sh
limits=/etc/systemd/system/systemd-journal-remote
# Stacks share the receiver; each has its own list of senders.
senders_file=$limits.socket.d/ghrunners-senders-$ENVIRONMENT.conf
changed=false

# Script of the timer: a sender that floods loses only its own oldest lines. The receiver names a sender's files by its
# address, and closes a full file for good (@ in its name).
# shellcheck disable=SC2016  # The script's own variables.
retention='#!/usr/bin/env bash
# Deletes uploaded journals: those that are too old, and the oldest of each sender beyond its share. Written by ghrunners.
set -euo pipefail
days=$1 share=$(($2 * 1048576))
cd /var/log/journal/remote
find . -maxdepth 1 -type f -name "*.journal" -mtime "+$days" -delete
declare -A used=()
while IFS=" " read -r _ bytes file; do
  sender=${file%%@*}
  sender=${sender%.journal}
  used[$sender]=$((${used[$sender]:-0} + bytes))
  if ((${used[$sender]} > share)) && [[ $file == *@*.journal ]]; then rm -f -- "./$file"; fi
done < <(find . -maxdepth 1 -type f -name "*.journal" -printf "%T@ %s %f\n" | sort -rn)'

# A certificate for this address, valid for the lifetime of a host: an expired one would stop the logs silently.
make_certificate() {
  if openssl x509 -noout -checkip "$ADDRESS" -in "$folder/certificate.pem" 2>/dev/null | grep -q 'does match' &&
    [[ -s $folder/key.pem ]]; then
    return
  fi
  install -d "$folder"
  install -m 0640 -g "$group" /dev/null "$folder/key.pem.new"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 -subj "/CN=$ADDRESS" \
    -addext "subjectAltName=IP:$ADDRESS" -addext extendedKeyUsage=serverAuth \
    -keyout "$folder/key.pem.new" -out "$folder/certificate.pem.new" 2>/dev/null
  mv -f "$folder/key.pem.new" "$folder/key.pem"
  mv -f "$folder/certificate.pem.new" "$folder/certificate.pem"
  changed=true
}

answers() {
  [[ $(curl --silent --max-time 2 --output /dev/null --write-out '%{http_code}' --cacert "$folder/certificate.pem" \
    "https://$ADDRESS:$PORT/") != 000 ]]
}

install_receiver() {
  install -d -o "$group" -g "$group" /var/log/journal/remote
  make_certificate
  put "$configuration" 0644 "[Remote]
SplitMode=host
ServerCertificateFile=$folder/certificate.pem
ServerKeyFile=$folder/key.pem"
  put "$limits.socket.d/ghrunners.conf" 0644 "[Socket]
ListenStream=
ListenStream=$PORT
IPAddressDeny=any
IPAddressAllow=localhost $ADDRESS"
  put "$senders_file" 0644 "[Socket]
IPAddressAllow=$SENDERS"
  # systemd gives up after 5 starts in 10 s by default, and then logs would be lost for good.
  put "$limits.service.d/ghrunners.conf" 0644 "[Unit]
StartLimitIntervalSec=0

[Service]
Restart=on-failure
RestartSec=2"
  put "$program" 0755 "$retention"
  put "$cleaning.service" 0644 "[Unit]
Description=Deletes uploaded journals: older than $RETENTION_DAYS days, or beyond $SENDER_MEBIBYTES MiB of one sender

[Service]
Type=oneshot
ExecStart=$program $RETENTION_DAYS $SENDER_MEBIBYTES"
  put "$cleaning.timer" 0644 "[Unit]
Description=Every five minutes: deletes uploaded journals that are too old or too large

[Timer]
OnCalendar=*:0/5
RandomizedDelaySec=30s
Persistent=yes

[Install]
WantedBy=timers.target"
  if [[ $changed == true ]]; then
    systemctl daemon-reload
    # The socket cannot be reopened while its service uses it.
    systemctl stop systemd-journal-remote.service systemd-journal-remote.socket
  fi
  systemctl enable --quiet --now systemd-journal-remote.socket "$(basename "$cleaning").timer"
  local deadline=$((SECONDS + 60))
  until answers; do
    ((SECONDS < deadline)) ||
      die "systemd-journal-remote does not answer on https://$ADDRESS:$PORT/. Next: journalctl -u systemd-journal-remote on the monitoring host"
    sleep 0.2
  done
  cat "$folder/certificate.pem"
}

remove_receiver() {
  rm -f "$senders_file"
  if compgen -G "$limits.socket.d/ghrunners-senders-*.conf" >/dev/null; then
    # Other stacks still send. The running socket applies the shorter list at its next start.
    systemctl daemon-reload
    return
  fi
  systemctl disable --now --quiet systemd-journal-remote.socket "$(basename "$cleaning").timer" 2>/dev/null || true
  systemctl stop systemd-journal-remote.service 2>/dev/null || true
  rm -rf "$folder" "$(dirname "$program")" "$configuration" "$cleaning.service" "$cleaning.timer" "$limits.socket.d/ghrunners.conf" \
    "$limits.service.d/ghrunners.conf" "/var/lib/systemd/timers/stamp-$(basename "$cleaning").timer"
  rmdir --ignore-fail-on-non-empty /usr/local/lib/ghrunners "$(dirname "$folder")" "$limits.socket.d" "$limits.service.d" 2>/dev/null || true
  systemctl daemon-reload
}

case ${1:-} in
  install) install_receiver ;;
  remove) remove_receiver ;;
  *) die "usage: receiver.sh install|remove" ;;
esac
