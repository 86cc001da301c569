#!/usr/bin/env bash
# Removes what a job leaves behind: processes, and files that could change what the next job runs. Sourced by both hooks,
# and by the runner's unit when it starts. They run as the jobs' own user, so they stop accidents and simple attacks; if a
# process of the same user resists, the next job is refused.

# The hook's own folder is the workspace, which may be removed.
cd /
home=/home/actions-runner
work=/opt/actions-runner/_work
diag=/opt/actions-runner/_diag

# Only as the user of jobs, so that another user who runs a hook by hand loses nothing.
is_job_user() { [[ $(id -un) == actions-runner ]]; }

# Sets `after_name`: what /proc/PID/stat says after the process's name. A name may contain anything, also blanks, brackets
# and a line break, so the whole file is read and the last bracket counts.
read_stat() { # pid
  local text=
  { IFS= read -r -d '' text <"/proc/$1/stat"; } 2>/dev/null || true
  after_name=${text##*) }
  [[ -n $text ]]
}

# Sets `leftovers`: processes of this user other than this script and the runner that started it. Call it without a
# subshell, which would be one of them.
find_leftovers() {
  local stat rest pid after_name
  declare -A own=()
  pid=$$
  while ((pid > 1)); do
    own[$pid]=1
    read_stat "$pid" || break
    rest=${after_name#* }
    pid=${rest%% *}
  done
  leftovers=()
  for stat in /proc/[0-9]*/stat; do
    pid=${stat#/proc/}
    pid=${pid%/stat}
    # Do not use the owner in /proc, which a process can hide. A process that accepts a signal belongs to this user.
    if [[ -n ${own[$pid]:-} ]] || ! kill -0 "$pid" 2>/dev/null; then continue; fi
    read_stat "$pid" || continue
    [[ $after_name == [ZX]* ]] || leftovers+=("$pid")
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

# A job may have closed the folders in which the runner itself works: without its log file no job starts. The exporter and the
# redactor, which are other users, read what is in the last two.
open_folders() {
  local folder
  for folder in "$home" "$work" "$diag"; do
    if [[ -O $folder && -d $folder && ! -L $folder ]]; then
      chmod u+rwx "$folder"
      [[ $folder == "$home" ]] || chmod go+rx "$folder"
    fi
  done
  # The worker writes a job's log into these two, which it makes itself where they are missing.
  for folder in "$diag/pages" "$diag/blocks"; do
    if [[ -L $folder || (-e $folder && ! -d $folder) ]]; then
      rm -f "$folder"
    elif [[ -O $folder ]]; then
      chmod u+rwx "$folder"
    fi
  done
}

# Deletes what this user can delete in a folder, and reports what is left of its own. A closed folder is opened before it is
# entered; a link is removed and never followed.
empty() { # folder find-tests...
  local folder=$1 left
  shift
  [[ -d $folder && ! -L $folder ]] || return 0
  find "$folder" -mindepth 1 -user "$(id -u)" -type d ! -perm -u+rwx -exec chmod u+rwx {} \; 2>/dev/null || true
  find "$folder" -mindepth 1 "$@" -delete 2>/dev/null || true
  left=$(find "$folder" -mindepth 1 -user "$(id -u)" "$@" -print -quit 2>/dev/null || true)
  [[ -z $left ]] && return 0
  echo "::error::$left of an earlier job cannot be removed. Next: check it on the runner's host" >&2
  return 1
}

# The runner creates a workspace for each job, always _work/NAME/NAME. If it is another one, or if there is a link on the
# way to it, an earlier job did that: by the file in which the runner remembers workspaces, or by a link in place of a folder.
has_own_workspace() {
  local name=${GITHUB_WORKSPACE##*/}
  [[ $GITHUB_WORKSPACE == "$work/$name/$name" && $name != _* && ! -L $work/$name && ! -L $work/$name/$name ]]
}

# Keeps of the work folder what the runner made for this job: its temporary files, its actions, the file that says where its
# workspace is, and that workspace, empty. Without a job nothing is kept. GitHub's runner itself empties _temp and _actions
# before a job.
empty_work_folder() {
  local workspace=${GITHUB_WORKSPACE:-} kept=() name
  if [[ -z $workspace ]]; then
    empty "$work"
  elif has_own_workspace; then
    for name in _temp _actions "_PipelineMapping/$GITHUB_REPOSITORY"; do kept+=(! -path "$work/$name" ! -path "$work/$name/*"); done
    for name in _tool _PipelineMapping "_PipelineMapping/${GITHUB_REPOSITORY%/*}"; do kept+=(! -path "$work/$name"); done
    if [[ -L $work/_tool ]]; then rm "$work/_tool"; fi
    empty "$work" "${kept[@]}" ! -path "${workspace%/*}" ! -path "$workspace"
  else
    forget_workspace
    echo "::error::An earlier job put this job's workspace at $workspace. Expected the runner's own, _work/NAME/NAME, without" \
      "a link. It is forgotten now. Next: run the job again" >&2
    return 1
  fi
}

# The next job gets a new workspace, whatever this one wrote down about its own.
forget_workspace() {
  is_job_user || return 0
  empty "$work/_PipelineMapping"
  empty "$work" ! -path "$work/_*"
}

# The home folder and the work folder are read by every job. In the other folders every user may create files with
# well-known names; .NET's own files there belong to the running runner.
remove_traces() {
  is_job_user || return 0
  end_leftovers
  open_folders
  empty "$home"
  local folder
  for folder in /tmp /var/tmp /dev/shm /dev/mqueue /run/lock; do
    empty "$folder" -user "$(id -u)" ! -name 'dotnet-diagnostic-*' ! -name 'clr-debug-pipe-*' ! -path '*/.dotnet*'
  done
  # Shared memory, queues and semaphores that have no file. Those of other users stay.
  ipcrm --all 2>/dev/null || true
  empty_work_folder
}
