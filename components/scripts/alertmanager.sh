#!/usr/bin/env bash
# Proves that Alertmanager sends the stack's alerts to on-call: with the owner's file, or with ours instead of it. Runs
# as root; can be repeated after an interruption at any point.
#
# usage: alertmanager.sh check|manage|release
# Parameters: ALERTMANAGER_URL  its API, as seen from this host
#             ALERTMANAGER_FILE its configuration file
#             RECEIVER          receiver that the alerts must reach
#             ROUTED            one line for each alert that must reach the receiver: its labels
#             TEXT              for manage: the whole file; for check: the fragment that an error shows
#             MACHINE           only so that a new host is checked again
set -euo pipefail

: "$MACHINE"
# The owner's file, kept to be restored when our stack is destroyed.
kept=$ALERTMANAGER_FILE.before-ghrunners
fresh=$ALERTMANAGER_FILE.ghrunners-new

need_amtool() {
  command -v amtool >/dev/null || die "amtool is not installed on this host. Expected Alertmanager's own tools. Next: apt-get install prometheus-alertmanager"
}

# Prints the first alert that would not reach the receiver; nothing if all do.
unrouted() { # file
  local labels seen
  while read -r labels; do
    # shellcheck disable=SC2086  # one argument per label
    seen=$(amtool config routes test --config.file="$1" --verify.receivers="$RECEIVER" $labels 2>&1) && continue
    echo "an alert with $labels goes to: $(head -n 1 <<<"$seen")"
    return
  done <<<"$ROUTED"
}

reload() {
  local answer
  answer=$(curl --silent --show-error --max-time 30 --request POST --write-out '\n%{http_code}' "$ALERTMANAGER_URL/-/reload" 2>&1) || {
    echo "$answer"
    return 1
  }
  [[ ${answer##*$'\n'} == 200 ]] || {
    echo "${answer%$'\n'*}"
    return 1
  }
}

check() {
  local words
  need_amtool
  words=$(amtool check-config "$ALERTMANAGER_FILE" 2>&1) ||
    die "$ALERTMANAGER_FILE is not valid: $words. Expected its owner's working file. Next: amtool check-config $ALERTMANAGER_FILE on the host"
  words=$(unrouted "$ALERTMANAGER_FILE")
  [[ -z $words ]] && echo "routed to $RECEIVER" && return
  echo "Alertmanager would not notify on-call: $words, expected $RECEIVER ($ALERTMANAGER_FILE)." >&2
  echo "Next: add this to the file and reload Alertmanager, or set monitoring.alertmanager.manage; then pulumi up" >&2
  echo "$TEXT" >&2
  exit 1
}

manage() {
  local words bytes inodes mount
  need_amtool
  wait_until_ready Alertmanager "$ALERTMANAGER_URL" monitoring.alertmanager.url prometheus-alertmanager
  [[ -e $kept ]] || ! [[ -e $ALERTMANAGER_FILE ]] || cp --preserve "$ALERTMANAGER_FILE" "$kept"
  rm -f "$fresh"
  # Keep owner and mode: receivers' addresses may be secret.
  cp --preserve "$ALERTMANAGER_FILE" "$fresh"
  printf '%s' "$TEXT" >"$fresh" || {
    rm -f "$fresh"
    read -r bytes inodes mount < <(df -h --output=avail,iavail,target "$(dirname "$ALERTMANAGER_FILE")" | tail -n 1)
    die "$ALERTMANAGER_FILE on $(hostname) could not be written. Seen on $mount: $bytes bytes and $inodes inodes free. Expected some of both. Nothing was changed. Next: free space on that host (df -h, df -i), then pulumi up"
  }
  words=$(amtool check-config "$fresh" 2>&1) || {
    rm -f "$fresh"
    die "amtool refuses our Alertmanager configuration: $words. Nothing was changed. Next: see monitoring.alertmanager in the configuration"
  }
  words=$(unrouted "$fresh")
  if [[ -n $words ]]; then
    rm -f "$fresh"
    die "Alertmanager would not notify on-call: $words, expected $RECEIVER. Nothing was changed. Next: see monitoring.alertmanager in the configuration"
  fi
  if cmp --silent "$fresh" "$ALERTMANAGER_FILE"; then
    rm -f "$fresh"
    words=$(reload) || die "Alertmanager refuses the installed configuration: $words"
    echo "routed to $RECEIVER, unchanged"
    return
  fi
  cp --preserve "$ALERTMANAGER_FILE" "$fresh.old"
  mv "$fresh" "$ALERTMANAGER_FILE"
  if ! words=$(reload); then
    mv "$fresh.old" "$ALERTMANAGER_FILE"
    reload >/dev/null || true
    die "Alertmanager refused our configuration: $words. The previous file was restored."
  fi
  rm -f "$fresh.old"
  echo "routed to $RECEIVER"
}

release() {
  rm -f "$fresh" "$fresh.old"
  [[ -e $kept ]] || return 0
  mv "$kept" "$ALERTMANAGER_FILE"
  reload >/dev/null || true # If Alertmanager is down, it reads its owner's file at its next start.
}

case ${1:-} in
  check) check ;;
  manage) manage ;;
  release) release ;;
  *) die "usage: alertmanager.sh check|manage|release" ;;
esac
