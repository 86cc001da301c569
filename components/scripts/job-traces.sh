#!/usr/bin/env bash
# What a job leaves behind ends here: processes, and files outside the workspace that would change what the next job runs.
# Sourced by both hooks. They run as the jobs' own user, so this is against accidents and ordinary malice: a process of the
# same user that fights back is refused, not beaten.

home=/home/actions-runner
tool_cache=/opt/actions-runner/_work/_tool

# Only as the user of jobs: anybody else who tries a hook by hand loses nothing.
is_job_user() { [[ $(id -un) == actions-runner ]]; }

# Sets `strangers`: processes of this user that are neither this one nor the runner that started it. No subshell: it would
# be one of them.
find_strangers() {
  local stat line rest pid
  declare -A own=()
  pid=$$
  while ((pid > 1)); do
    own[$pid]=1
    read -r line <"/proc/$pid/stat" || break
    rest=${line##*) }
    rest=${rest#* }
    pid=${rest%% *}
  done
  strangers=()
  for stat in /proc/[0-9]*/stat; do
    pid=${stat#/proc/}
    pid=${pid%/stat}
    # Its owner in /proc is no sign: a process can hide it. Who may be sent a signal is of this user.
    if [[ -n ${own[$pid]:-} ]] || ! kill -0 "$pid" 2>/dev/null; then continue; fi
    { read -r line <"$stat"; } 2>/dev/null || continue
    rest=${line##*) }
    [[ $rest == [ZX]* ]] || strangers+=("$pid")
  done
}

# Stopped first: what is stopped makes no new processes while the others are ended.
end_strangers() {
  local strangers=() round
  for ((round = 0; round < 100; round++)); do
    find_strangers
    ((${#strangers[@]} > 0)) || return 0
    kill -STOP "${strangers[@]}" 2>/dev/null || true
    kill -KILL "${strangers[@]}" 2>/dev/null || true
  done
  echo "::error::Processes that an earlier job left cannot be ended: ${strangers[*]}. Next: restart the runner's unit" >&2
  return 1
}

# Empties a folder as far as it is this user's. The last look says what stays.
empty() { # folder find-tests...
  local folder=$1 left
  shift
  [[ -d $folder && ! -L $folder ]] || return 0
  find "$folder" -mindepth 1 -user "$(id -u)" -type d ! -perm -u+rwx -exec chmod u+rwx {} + 2>/dev/null || true
  find "$folder" -mindepth 1 -user "$(id -u)" "$@" -delete 2>/dev/null || true
  left=$(find "$folder" -mindepth 1 -user "$(id -u)" "$@" -print -quit 2>/dev/null || true)
  [[ -z $left ]] && return 0
  echo "::error::$left of an earlier job cannot be removed. Next: look at it on the runner's host" >&2
  return 1
}

# The tool cache and the home folder are read by every job; temporary folders have well-known names in them. .NET's own
# files there belong to the runner that runs.
remove_traces() {
  is_job_user || return 0
  end_strangers
  empty "$home"
  empty "$tool_cache"
  local folder
  for folder in /tmp /var/tmp /dev/shm; do
    empty "$folder" ! -name 'dotnet-diagnostic-*' ! -name 'clr-debug-pipe-*' ! -path '*/.dotnet*'
  done
}
