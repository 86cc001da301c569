#!/usr/bin/env bash
# Installs rule, target and dashboard files on a Prometheus host, or removes them. All of them or none: on any failure
# the previous files are restored. Runs as root, behind staged-files.sh: a folder of another account is changed as this account.
# Can be repeated after an interruption at any point.
#
# usage: files.sh apply|remove
# Parameters: OWNER             first part of every file's name; only files with it are changed
#             PROMETHEUS_URL    its API, as seen from this host
#             PROMETHEUS_CONFIG its configuration file: read, never changed
#             RULES_DIR TARGETS_DIR DASHBOARDS_DIR
#             FILE_COUNT, and for each N from 1: FILE_N_PATH FILE_N_TEXT
#             RULE_GROUPS       lines "FILE;GROUP NUMBER_OF_RULES" that Prometheus must have loaded in the end
#             MACHINE           only so that a new host gets the files again
set -euo pipefail

: "$MACHINE"
state=/var/lib/ghrunners/monitoring/$OWNER
# Staging folders inside the real ones, so that a file is moved within its file system. Their files end in .new and
# .old, which no glob of Prometheus matches.
stage_name=.$OWNER.stage
# shellcheck disable=SC2034  # for staged-files.sh
undo_name=.$OWNER.undo
folders=("$RULES_DIR" "$TARGETS_DIR" "$DASHBOARDS_DIR")

metric() { # name: prints its current value, empty if there is none
  curl --fail --silent --max-time 5 "$PROMETHEUS_URL/metrics" | awk -v name="$1" '$1 == name { print $2 }'
}

# A unit without ExecReload gets the signal directly. Source: Prometheus, Configuration: "SIGHUP to the process".
reload_by_signal() {
  local pid
  if [[ $(systemctl show --property=CanReload --value prometheus) == yes ]]; then
    systemctl reload prometheus
    return
  fi
  pid=$(systemctl show --property=MainPID --value prometheus)
  if ((pid == 0)); then
    echo "Prometheus runs without --web.enable-lifecycle and not as prometheus.service, so there is no way to make it read" \
      "its files. Next: start it with --web.enable-lifecycle, or as prometheus.service" >&2
    return 1
  fi
  kill -HUP "$pid"
}

# Makes Prometheus read its files again. If it refuses, it keeps what was loaded.
reload() {
  local answer before deadline
  before=$(metric prometheus_config_last_reload_success_timestamp_seconds)
  answer=$(curl --silent --show-error --max-time 60 --request POST --write-out '\n%{http_code}' "$PROMETHEUS_URL/-/reload") || return 1
  case ${answer##*$'\n'} in
    200) return 0 ;;
    403 | 404) ;; # started without --web.enable-lifecycle: use the signal
    *)
      echo "${answer%$'\n'*}" >&2
      return 1
      ;;
  esac
  reload_by_signal || return 1
  deadline=$((SECONDS + 30))
  until [[ $(metric prometheus_config_last_reload_success_timestamp_seconds) != "$before" ]]; do
    if [[ $(metric prometheus_config_last_reload_successful) == 0 ]] || ((SECONDS >= deadline)); then
      echo "Prometheus did not load its files after a reload by signal; see its journal for the reason" >&2
      return 1
    fi
    sleep 0.2
  done
}

# The files that promtool reports as broken, with its messages. Version 3 logs as well (time=... level=WARN), and says some
# errors twice.
broken_files() { # promtool's arguments
  as_checker promtool "$@" 2>&1 >/dev/null | grep -v -e '^ *FAILED:$' -e '^time=' | sed 's/^ *//' | awk '!seen[$0]++' || true
}

undo_is_complete() { [[ -e $state/undo ]]; }

# Restores what an apply had replaced; its mark shows that every undo folder is complete.
restore() { ! undo_is_complete || in_each restore_here; }

clear_up() {
  rm -f "$state/undo"
  in_each clear_here
}

# After an apply that was killed: finishes the cleanup if it was complete, else restores the previous files.
recover() {
  if undo_is_complete; then
    echo "An earlier run was interrupted: its files are rolled back" >&2
    restore
    reload || true # The reason for a failure is reported below.
  fi
  clear_up
}

keep_old_files() {
  in_each keep_here
  : >"$state/undo"
}

stage() {
  local folder words
  for folder in "${folders[@]}"; do
    words=$(with_files "$folder" stage_here 2>&1) || unwritten "$folder" "$words"
  done
}

unwritten() { # folder words
  local bytes inodes mount
  [[ $2 != *"Nothing was changed"* ]] || die "$2"
  [[ $2 != *"ermission denied"* && $2 != *"not permitted"* ]] ||
    die "The files in $1 on $(hostname) could not be written: $2. The files of before are untouched. Expected $(stat --format=%U "$1"), whose" \
      "folder it is, to be able to: root writes nothing in a folder of somebody else's. Next: chown -R $(stat --format=%U "$1") $1" \
      "on that host, then pulumi up"
  read -r bytes inodes mount < <(df -h --output=avail,iavail,target "$1" | tail -n 1)
  die "The files in $1 on $(hostname) could not be written. Seen on $mount: $bytes bytes and $inodes inodes free. Expected some of both." \
    "The files of before are untouched. Next: free space on that host (df -h, df -i), then pulumi up"
}

check_staged_rules() {
  local words file files
  mapfile -t files < <(ours "$RULES_DIR" "$stage_name")
  ((${#files[@]} > 0)) || return 0
  as_checker promtool check rules "${files[@]}" >/dev/null 2>&1 && return
  for file in "${files[@]}"; do
    as_checker promtool check rules "$file" >/dev/null 2>&1 && continue
    words=$(broken_files check rules "$file")
    die "Prometheus would refuse $RULES_DIR/$(basename "$file" .new): ${words#*.new: }. Nothing was changed." \
      "Expected a rule file that promtool accepts. Next: correct the rule in monitoring/alerts, then pulumi up"
  done
}

# Prometheus loads all its files or none, so a broken file of another owner would block ours. Report it, and do not
# change it.
check_neighbours() {
  local words
  as_checker promtool check config "$PROMETHEUS_CONFIG" >/dev/null 2>&1 && return
  # Ignore a broken file of our own: it is about to be replaced.
  words=$(broken_files check config "$PROMETHEUS_CONFIG" | grep -v "^$RULES_DIR/$OWNER\." || true)
  [[ -z $words ]] && return
  die "Prometheus would load no file at all, because one that does not belong to this stack is broken: $words. Nothing was changed." \
    "Expected: promtool check config $PROMETHEUS_CONFIG succeeds on the host. Next: its owner fixes it, then pulumi up"
}

is_unchanged() {
  local folder
  for folder in "${folders[@]}"; do with_files "$folder" are_same_here || return 1; done
}

# Of two dashboards with one uid Grafana keeps the older, and its provider may write no other ones either. Source: its words
# "dashboards provisioning provider has no database write permissions because of duplicates".
refuse_second_dashboards() {
  local number path others
  for ((number = 1; number <= FILE_COUNT; number++)); do
    path=FILE_${number}_PATH
    [[ ${!path} == "$DASHBOARDS_DIR"/* ]] || continue
    others=$(in_folder "$DASHBOARDS_DIR" others_here)
    [[ -n $others ]] || return 0
    die "$DASHBOARDS_DIR on $(hostname) has another stack's dashboards: ${others%%$'\n'*}. They are the same for all" \
      "environments, and Grafana takes each once. Expected those of one stack. Nothing was changed. Next: pulumi config set" \
      "--path ghrunners:monitoring.dashboards false, then pulumi up; or, where no stack has them any more, remove them there"
  done
}

# Our rule groups that Prometheus has loaded, in the form of RULE_GROUPS.
loaded_groups() {
  curl --fail --silent --max-time 5 "$PROMETHEUS_URL/metrics" |
    sed -n 's/^prometheus_rule_group_rules{rule_group="\(.*\)"} \(.*\)$/\1 \2/p' |
    grep -F "$RULES_DIR/$OWNER." | sort || true
}

# Prints what is not loaded as expected; nothing if all is well.
misloaded() {
  local wanted
  wanted=$(sort <<<"$RULE_GROUPS")
  if [[ $(metric prometheus_config_last_reload_successful) != 1 ]]; then
    echo "Prometheus reports that its last reload failed (prometheus_config_last_reload_successful)"
  elif [[ $(loaded_groups) != "$wanted" ]]; then
    echo "Prometheus has not loaded the rule groups: expected $(tr '\n' ',' <<<"$wanted") seen $(loaded_groups | tr '\n' ',')." \
      "If none is seen: $PROMETHEUS_CONFIG needs, in rule_files: - $RULES_DIR/*.yml"
  fi
}

# Prometheus reads target files at most every 5 s.
targets_are_found() {
  local deadline=$((SECONDS + 20)) file seen
  for file in $(ours "$TARGETS_DIR"); do
    # Read to its end: curl fails where a reader leaves at the first hit, and a host may have hundreds of targets.
    until seen=$(curl --fail --silent --max-time 5 "$PROMETHEUS_URL/api/v1/targets") && [[ $seen == *"\"__meta_filepath\":\"$file\""* ]]; do
      ((SECONDS < deadline)) || return 1
      sleep 0.2
    done
  done
}

undo_and_die() { # words
  trap - EXIT
  restore
  reload || true
  clear_up
  die "$* The previous files were restored."
}

apply() {
  local words folder
  command -v promtool >/dev/null || die "promtool is not on PATH. Expected Prometheus on this host itself, with its own tools;" \
    "one in a container, whose files and tools are elsewhere, is not supported. Next: apt-get install prometheus; or," \
    "where it came in an archive: ln -s FOLDER/promtool /usr/local/bin/"
  choose_checker prometheus promtool "$(dirname "$PROMETHEUS_CONFIG")" "$RULES_DIR" "$TARGETS_DIR"
  mkdir -p "$state"
  for folder in "${folders[@]}"; do make_folder "$folder"; done
  wait_until_ready Prometheus "$PROMETHEUS_URL" monitoring.prometheusUrl prometheus
  recover
  if is_unchanged && [[ -z $(misloaded) ]] && targets_are_found; then
    echo "$FILE_COUNT files, unchanged"
    return
  fi
  refuse_second_dashboards
  trap clear_up EXIT
  stage
  check_staged_rules
  check_neighbours
  keep_old_files
  trap 'restore; reload || true; clear_up' EXIT
  in_each swap_here
  if ! as_checker promtool check config "$PROMETHEUS_CONFIG" >/dev/null 2>&1; then
    words=$(broken_files check config "$PROMETHEUS_CONFIG")
    undo_and_die "promtool refuses the whole configuration with the new files: $words."
  fi
  words=$(reload 2>&1) || undo_and_die "Prometheus refused to load the new files: $words."
  words=$(misloaded)
  [[ -z $words ]] || undo_and_die "$words."
  targets_are_found || undo_and_die "Prometheus does not read $TARGETS_DIR. It needs a scrape job with file_sd_configs: [{ files: [\"$TARGETS_DIR/*.json\"] }] in $PROMETHEUS_CONFIG."
  trap - EXIT
  clear_up
  echo "$FILE_COUNT files, $(grep -c . <<<"$RULE_GROUPS" || true) rule groups"
}

remove() {
  recover
  in_each remove_here
  rm -rf "$state"
  rmdir --ignore-fail-on-non-empty --parents "$(dirname "$state")" 2>/dev/null || true
  # If Prometheus is down, it reads the folder at its next start.
  if curl --fail --silent --max-time 2 --output /dev/null "$PROMETHEUS_URL/-/ready"; then reload; fi
}

# One run at a time on this host; the kernel releases the lock when its holder dies. Only root can reach the file,
# because anyone who can open a lock file can hold the lock.
locks=/run/ghrunners
(umask 077 && mkdir -p "$locks" && : >>"$locks/monitoring")
exec 9>>"$locks/monitoring"
flock --wait 120 9 || die "another run has been changing this host's monitoring for more than 120 s"
case ${1:-} in
  apply) apply ;;
  remove) remove ;;
  *) die "usage: files.sh apply|remove" ;;
esac
