#!/usr/bin/env bash
# The stack's files in the folders of a Prometheus host: beside their places first, then in them, with the former ones kept.
# Put in front of files.sh, behind account-folders.sh.
# shellcheck disable=SC2154  # files.sh sets the names

# What a function has in a folder: the first part of our files' names, two folders in it, and for with_files the names and
# texts of our files there.
NAMES=()
TEXTS=()
# shellcheck disable=SC2034  # for in_folder
shared=(OWNER stage_name undo_name NAMES TEXTS)

# What is done in a folder, where the function then is. Names of files are without the folder.
ours_here() { # [folder in it]
  if [[ -d ${1:-.} ]]; then find "./${1:-}" -mindepth 1 -maxdepth 1 -type f -name "$OWNER.*" -printf '%f\n' | sort; fi
}

# Dashboards of other stacks.
others_here() { find . -mindepth 1 -maxdepth 1 -type f -name 'ghrunners.*.json' ! -name "$OWNER.*" -printf '%f\n'; }

restore_here() {
  local file
  while read -r file; do rm -f -- "$file"; done < <(ours_here)
  while read -r file; do ln --force -- "$undo_name/$file" "${file%.old}"; done < <(ours_here "$undo_name")
}

clear_here() { rm -rf -- "./$stage_name" "./$undo_name"; }

keep_here() {
  local file
  mkdir -- "$undo_name"
  # Hard links need no space, so this also works on a full disk. A second name of another account's file is refused.
  while read -r file; do
    ln -- "$file" "$undo_name/$file.old" 2>/dev/null || cp -- "$file" "$undo_name/$file.old"
  done < <(ours_here)
}

stage_here() {
  local each
  ((${#NAMES[@]} > 0)) || return 0
  mkdir -- "$stage_name"
  for each in "${!NAMES[@]}"; do printf '%s' "${TEXTS[each]}" >"$stage_name/${NAMES[each]}.new"; done
  sync "$stage_name"/*.new
}

swap_here() {
  local file
  while read -r file; do rm -f -- "$file"; done < <(ours_here)
  while read -r file; do mv -T -- "$stage_name/$file" "${file%.new}"; done < <(ours_here "$stage_name")
}

are_same_here() {
  local each
  for each in "${!NAMES[@]}"; do
    [[ -f ${NAMES[each]} ]] || return
    printf '%s' "${TEXTS[each]}" | cmp --silent - "${NAMES[each]}" || return
  done
  [[ $(ours_here) == "$(printf '%s\n' "${NAMES[@]}" | sort)" ]]
}

remove_here() {
  local file
  while read -r file; do rm -f -- "$file"; done < <(ours_here)
}

# The same in each folder; a folder that is not there has nothing.
in_each() { # function
  local folder
  for folder in "${folders[@]}"; do in_folder "$folder" "$@" || (($? == 3)) || return 1; done
}

# Our files in a folder, with their paths.
ours() { # folder [folder in it]
  local names
  names=$(in_folder "$1" ours_here "${@:2}" || (($? == 3)))
  [[ -z $names ]] || awk -v at="$1/${2:+$2/}" '{ print at $0 }' <<<"$names"
}

# Runs a function in a folder, with the names and texts of our files there.
with_files() { # folder function
  local number path text NAMES=() TEXTS=()
  for ((number = 1; number <= FILE_COUNT; number++)); do
    path=FILE_${number}_PATH text=FILE_${number}_TEXT
    [[ ${!path%/*} == "$1" ]] || continue
    NAMES+=("${!path##*/}")
    TEXTS+=("${!text}")
  done
  in_folder "$@"
}
