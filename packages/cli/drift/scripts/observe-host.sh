#!/usr/bin/env bash
# Shows who may log in, how full the disk is, and how the runner's unit is set up. Runs as root behind key-files.sh, changes
# nothing.
# Parameters: UNIT (empty on a host that is not a runner) RUNNER_HOME JOB_FOLDERS POLICY_FILE HOOKS_FOLDER RUNNER_USER
# Output, one fact per line: `key<TAB>USER<TAB>FILE<TAB>WHO CHANGES IT<TAB>LINE OF IT`,
# `host<TAB>NAME<TAB>VALUE` and `unit<TAB>NAME<TAB>VALUE`.
set -euo pipefail

printf 'host\tnow\t%s\n' "$(date +%s.%N)"
# Used and free for users, of the disk with the jobs; inodes are 0 on a file system that makes them as needed.
folder=/
[[ -n $UNIT && -d $RUNNER_HOME ]] && folder=$RUNNER_HOME
printf 'host\tdisk\t%s\n' "$(df --output=used,avail -k "$folder" | tail -n 1)"
printf 'host\tinodes\t%s\n' "$(df --output=iused,iavail "$folder" | tail -n 1)"

# Read as the server does, as the user: what is there may be a link to a file of root's.
while IFS=: read -r user _ uid gid _ home _; do
  while IFS= read -r file; do
    [[ -f $file ]] || continue
    changer=$user
    if is_roots "$file"; then changer=root; fi
    while IFS= read -r line; do
      [[ -z $line || $line == \#* ]] || printf 'key\t%s\t%s\t%s\t%s\n' "$user" "$file" "$changer" "$line"
    done < <(as_user "$uid" "$gid" head --bytes=1M -- "$file" 2>/dev/null </dev/null || true)
  done < <(key_files "$user" "$home")
done < <(getent passwd)

[[ -n $UNIT ]] || exit 0
drop_in=/etc/systemd/system/$UNIT.d/ghrunners.conf
printf 'unit\tenabled\t%s\n' "$(systemctl is-enabled "$UNIT" 2>/dev/null || true)"
printf 'unit\tactive\t%s\n' "$(systemctl is-active "$UNIT" || true)"
# Its last words while it is not active: a runner that GitHub refuses says why, and is started again and again.
systemctl is-active --quiet "$UNIT" ||
  printf 'unit\twords\t%s\n' "$(journalctl --unit "$UNIT" --no-pager --quiet --output cat --lines 60 2>/dev/null |
    grep -aiE 'error occurr?ed|deprecated|has been deleted|conflict|not configured' | tail -n 1 | tr -d '\000-\037\177' | cut -c 1-300)"
# As the runner looks for them: root looks at nothing below a folder that its user may enter.
as_runner() {
  runuser -u "$RUNNER_USER" -- "$@"
}
# The listener reads them when it starts; the migrated ones take the others' place. See components/scripts/registration.sh.
if as_runner test -s "$RUNNER_HOME/.credentials_rsaparams" -a \( -s "$RUNNER_HOME/.credentials" -o -s "$RUNNER_HOME/.credentials_migrated" \); then
  printf 'unit\tcredentials\tkept\n'
else
  printf 'unit\tcredentials\tlost\n'
fi
printf 'unit\tjobs\t%s\n' "$(pgrep -cf '[R]unner.Worker' || true)"
printf 'unit\tuser\t%s\n' "$(systemctl show --property User --value "$UNIT")"
printf 'unit\tdropIns\t%s\n' "$(systemctl show --property DropInPaths --value "$UNIT")"
# The same checksum as the installation prints; a missing file changes it too.
printf 'unit\tconfiguration\t%s\n' \
  "$(sha256sum "$drop_in" "$POLICY_FILE" "$RUNNER_HOME/.env" "$RUNNER_HOME/.path" "$HOOKS_FOLDER"/*.sh 2>/dev/null | sha256sum | cut -c 1-12)"
# The first folder of jobs that their user cannot use.
for name in $JOB_FOLDERS; do
  as_runner test -w "$RUNNER_HOME/$name" -a -x "$RUNNER_HOME/$name" && continue
  printf 'unit\tunusable\t%s\n' "$RUNNER_HOME/$name"
  break
done
# Root must own what root runs: print the first file that another user could change, outside the folders of jobs.
theirs=()
for name in $JOB_FOLDERS; do theirs+=(-path "$RUNNER_HOME/$name" -prune -o); done
printf 'unit\twritable\t%q\n' \
  "$(find "$RUNNER_HOME" "$HOOKS_FOLDER" "$POLICY_FILE" "$drop_in" "${theirs[@]}" \( ! -user root -o -perm /022 ! -type l \) -print -quit 2>/dev/null)"
