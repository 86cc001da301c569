#!/usr/bin/env bash
# Removes what a job leaves behind: processes, and files outside the workspace that could change what the next job runs.
# Sourced by both hooks. They run as the jobs' own user, so they stop accidents and simple attacks; if a process of the
# same user resists, the next job is refused.

home=/home/actions-runner
tool_cache=/opt/actions-runner/_work/_tool

# Only as the user of jobs, so that another user who runs a hook by hand loses nothing.
is_job_user() { [[ $(id -un) == actions-runner ]]; }

# Sets `leftovers`: processes of this user other than this script and the runner that started it. Call it without a
# subshell, which would be one of them.
find_leftovers() {
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
  leftovers=()
  for stat in /proc/[0-9]*/stat; do
    pid=${stat#/proc/}
    pid=${pid%/stat}
    # Do not use the owner in /proc, which a process can hide. A process that accepts a signal belongs to this user.
    if [[ -n ${own[$pid]:-} ]] || ! kill -0 "$pid" 2>/dev/null; then continue; fi
    { read -r line <"$stat"; } 2>/dev/null || continue
    rest=${line##*) }
    [[ $rest == [ZX]* ]] || leftovers+=("$pid")
  done
}

# Stop them first: a stopped process cannot start new ones while the others are killed.
end_leftovers() {
  local leftovers=() round
  for ((round = 0; round < 100; round++)); do
    find_leftovers
    ((${#leftovers[@]} > 0)) || return 0
    kill -STOP "${leftovers[@]}" 2>/dev/null || true
    kill -KILL "${leftovers[@]}" 2>/dev/null || true
  done
  echo "::error::Processes that an earlier job left cannot be ended: ${leftovers[*]}. Next: restart the runner's unit" >&2
  return 1
}

# Deletes this user's files in a folder, and reports what is left.
empty() { # folder find-tests...
  local folder=$1 left
  shift
  [[ -d $folder && ! -L $folder ]] || return 0
  find "$folder" -mindepth 1 -user "$(id -u)" -type d ! -perm -u+rwx -exec chmod u+rwx {} + 2>/dev/null || true
  find "$folder" -mindepth 1 -user "$(id -u)" "$@" -delete 2>/dev/null || true
  left=$(find "$folder" -mindepth 1 -user "$(id -u)" "$@" -print -quit 2>/dev/null || true)
  [[ -z $left ]] && return 0
  echo "::error::$left of an earlier job cannot be removed. Next: check it on the runner's host" >&2
  return 1
}

# The tool cache and the home folder are read by every job; temporary folders have well-known names in them. .NET's own
# files there belong to the running runner.
remove_traces() {
  is_job_user || return 0
  end_leftovers
  empty "$home"
  empty "$tool_cache"
  local folder
  for folder in /tmp /var/tmp /dev/shm; do
    empty "$folder" ! -name 'dotnet-diagnostic-*' ! -name 'clr-debug-pipe-*' ! -path '*/.dotnet*'
  done
}
