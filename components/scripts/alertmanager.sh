#!/usr/bin/env bash
# Proves that Alertmanager sends the stack's alerts to on-call: with the owner's file, or with ours instead of it. Runs
# as root, behind account-folders.sh: a folder of another account is changed as this account. Can be repeated after an
# interruption at any point.
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
ALERTMANAGER_FILE=$(real_file "$ALERTMANAGER_FILE")
folder=$(dirname "$ALERTMANAGER_FILE")
# Names in the folder. The owner's file is kept, to be restored when our stack is destroyed.
file=$(basename "$ALERTMANAGER_FILE")
kept=$file.before-ghrunners
fresh=$file.ghrunners-new
# shellcheck disable=SC2034  # for in_folder
shared=(file kept fresh TEXT)

# What is done in the folder, where the function then is.
stage_here() {
  [[ -e $kept ]] || ! [[ -e $file ]] || cp --preserve -- "$file" "$kept"
  rm -f -- "$fresh"
  # Keep owner and mode: receivers' addresses may be secret.
  cp --preserve -- "$file" "$fresh"
  printf '%s' "$TEXT" >"$fresh"
}

drop_here() { rm -f -- "$fresh" "$fresh.old"; }
is_same_here() { cmp --silent -- "$fresh" "$file"; }

swap_here() {
  cp --preserve -- "$file" "$fresh.old"
  mv -T -- "$fresh" "$file"
}

restore_here() { mv -T -- "$fresh.old" "$file"; }

release_here() { # 3: there is nothing to restore
  drop_here
  [[ -e $kept ]] || return 3
  mv -T -- "$kept" "$file"
}

here() { in_folder "$folder" "$@"; }

need_amtool() {
  command -v amtool >/dev/null || die "amtool is not installed on this host. Expected Alertmanager's own tools. Next: apt-get install prometheus-alertmanager"
  choose_checker prometheus-alertmanager amtool "$folder"
}

# Prints the first alert that would not reach the receiver; nothing if all do.
unrouted() { # file
  local labels seen
  while read -r labels; do
    # shellcheck disable=SC2086  # one argument per label
    seen=$(as_checker amtool config routes test --config.file="$1" --verify.receivers="$RECEIVER" $labels 2>&1) && continue
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
  words=$(as_checker amtool check-config "$ALERTMANAGER_FILE" 2>&1) ||
    die "$ALERTMANAGER_FILE is not valid: $words. Expected its owner's working file. Next: amtool check-config $ALERTMANAGER_FILE on the host"
  words=$(unrouted "$ALERTMANAGER_FILE")
  [[ -z $words ]] && echo "routed to $RECEIVER" && return
  echo "Alertmanager would not notify on-call: $words, expected $RECEIVER ($ALERTMANAGER_FILE)." >&2
  echo "Next: add this to the file and reload Alertmanager, or set monitoring.alertmanager.manage; then pulumi up" >&2
  echo "$TEXT" >&2
  exit 1
}

unwritten() { # words
  local bytes inodes mount owner
  here drop_here 2>/dev/null || true
  case $1 in
    *"Nothing was changed"*) die "$1" ;;
    "" | *"ermission denied"* | *"not permitted"* | *"No such file"*)
      owner=$(stat --format=%U "$folder" 2>/dev/null || echo its owner)
      die "$ALERTMANAGER_FILE on $(hostname) could not be replaced: ${1:-its folder is missing, or it never ends}. Nothing was changed. Expected the file, in a folder whose" \
        "account ($owner) can read and replace it: root writes nothing in a folder of somebody else's. Next: ls -l $folder on" \
        "that host, then pulumi up"
      ;;
  esac
  read -r bytes inodes mount < <(df -h --output=avail,iavail,target "$folder" | tail -n 1)
  die "$ALERTMANAGER_FILE on $(hostname) could not be written. Seen on $mount: $bytes bytes and $inodes inodes free. Expected some of both. Nothing was changed. Next: free space on that host (df -h, df -i), then pulumi up"
}

manage() {
  local words
  need_amtool
  wait_until_ready Alertmanager "$ALERTMANAGER_URL" monitoring.alertmanager.url prometheus-alertmanager
  words=$(here stage_here 2>&1) || unwritten "$words"
  words=$(as_checker amtool check-config "$folder/$fresh" 2>&1) || {
    here drop_here
    die "amtool refuses our Alertmanager configuration: $words. Nothing was changed. Next: see monitoring.alertmanager in the configuration"
  }
  words=$(unrouted "$folder/$fresh")
  if [[ -n $words ]]; then
    here drop_here
    die "Alertmanager would not notify on-call: $words, expected $RECEIVER. Nothing was changed. Next: see monitoring.alertmanager in the configuration"
  fi
  if here is_same_here; then
    here drop_here
    words=$(reload) || die "Alertmanager refuses the installed configuration: $words"
    echo "routed to $RECEIVER, unchanged"
    return
  fi
  here swap_here
  if ! words=$(reload); then
    here restore_here
    reload >/dev/null || true
    die "Alertmanager refused our configuration: $words. The previous file was restored."
  fi
  here drop_here
  echo "routed to $RECEIVER"
}

release() {
  local status=0
  here release_here || status=$?
  ((status != 3)) || return 0
  ((status == 0)) || exit "$status"
  reload >/dev/null || true # If Alertmanager is down, it reads its owner's file at its next start.
}

case ${1:-} in
  check) check ;;
  manage) manage ;;
  release) release ;;
  *) die "usage: alertmanager.sh check|manage|release" ;;
esac
