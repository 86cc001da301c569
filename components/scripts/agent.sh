#!/usr/bin/env bash
# Installs or removes GitHub's runner program. Runs as root; can be repeated after an interruption at any point.
# Jobs run as RUNNER_USER and own JOB_FOLDERS below RUNNER_HOME. Root owns everything else there: no job can change what
# root executes, copies or lists, and root never writes through a link that a job made.
# Parameters: MACHINE (only so that a new machine is installed again) VERSION ARCHIVE_URL ARCHIVE_SHA256 UNIT
# RUNNER_USER
#             SETUP_USER RUNNER_HOME JOB_FOLDERS (names, separated by blanks) HOOKS_FOLDER POLICY_FILE DROP_IN POLICY
#             ENVIRONMENT SEARCH_PATH HOOK_JOB_STARTED HOOK_JOB_COMPLETED HOOK_JOB_TRACES
set -euo pipefail

: "$MACHINE"
unit_file=/etc/systemd/system/$UNIT
drop_in_folder=$unit_file.d
keep=/var/lib/ghrunners
changed=false

# Read from the link that an installation and GitHub's own update make; GitHub's is absolute. The program itself is not
# run: each start begins a new log file, and a running listener does not write to that.
installed_version() {
  local link
  link=$(readlink "$RUNNER_HOME/bin" || true)
  link=${link##*/}
  [[ $link == bin.* && -x $RUNNER_HOME/bin/Runner.Listener ]] || return 0
  echo "${link#bin.}"
}

newer_or_same() { # version floor
  [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

make_user() {
  if ! id -u "$RUNNER_USER" >/dev/null 2>&1; then
    useradd --system --user-group --create-home --home-dir "/home/$RUNNER_USER" --shell /usr/sbin/nologin "$RUNNER_USER"
  fi
}

# A job may ask logind for a service manager of its user (polkit lets every user have one): what that starts is in no control
# group of the runner's unit, so it would outlive the unit and have none of its limits.
refuse_user_manager() {
  local manager
  manager=user@$(id -u "$RUNNER_USER").service
  rm -f "/var/lib/systemd/linger/$RUNNER_USER"
  if [[ $(readlink "/etc/systemd/system/$manager") != /dev/null ]]; then
    ln -sfn /dev/null "/etc/systemd/system/$manager"
    systemctl daemon-reload
    # Told to an outdated unit it warns, and stops it all the same.
    systemctl stop "$manager" 2>/dev/null || die "$manager, a service manager of the jobs' user, does not stop. Next: systemctl status $manager"
  fi
}

# A job must not look into the listener's memory or change its program there: both are of one user. Debian lets it, Ubuntu
# does not. A stricter setting stays; a kernel without Yama, or one that belongs to another host, has nothing to set.
refuse_tracing() {
  local scope=/proc/sys/kernel/yama/ptrace_scope
  put /etc/sysctl.d/60-ghrunners.conf 0644 "kernel.yama.ptrace_scope = 1"
  if [[ -w $scope && $(<$scope) == 0 ]]; then echo 1 >$scope; fi
}

make_folders() {
  local name
  install -d -o root -g root -m 0755 "$keep" "$RUNNER_HOME"
  # From here on no job can add, rename or replace anything outside its own folders. Delete what a job has put there.
  local theirs=()
  for name in $JOB_FOLDERS; do theirs+=(! -path "$RUNNER_HOME/$name"); done
  find "$keep" "$RUNNER_HOME" -mindepth 1 -maxdepth 1 ! -user root "${theirs[@]}" -exec rm -rf -- {} +
  for name in $JOB_FOLDERS; do
    if [[ -L $RUNNER_HOME/$name || ! -d $RUNNER_HOME/$name ]]; then rm -rf "${RUNNER_HOME:?}/$name"; fi
    install -d -o "$RUNNER_USER" -g "$RUNNER_USER" -m 0755 "$RUNNER_HOME/$name"
  done
}

put_configuration() {
  put "$HOOKS_FOLDER/job-started.sh" 0755 "$HOOK_JOB_STARTED"
  put "$HOOKS_FOLDER/job-completed.sh" 0755 "$HOOK_JOB_COMPLETED"
  put "$HOOKS_FOLDER/job-traces.sh" 0755 "$HOOK_JOB_TRACES"
  put "$POLICY_FILE" 0644 "$POLICY"
  put "$drop_in_folder/ghrunners.conf" 0644 "$DROP_IN"
  put "$RUNNER_HOME/.env" 0644 "$ENVIRONMENT"
  put "$RUNNER_HOME/.path" 0644 "$SEARCH_PATH"
  systemctl daemon-reload
}

download() { # target
  local free seen
  free=$(df --output=avail -B1M "$RUNNER_HOME" | tail -n 1 | tr -d ' ')
  # GitHub's archive unpacks to about 600 MB; a failed unpacking would leave a full disk behind.
  local size
  size=$(curl --fail --silent --location --head --max-time 30 "$ARCHIVE_URL" |
    tr -d '\r' | awk 'tolower($1) == "content-length:" { size = $2 } END { print int(size / 1048576) }') || size=0
  ((free > 4 * size + 20)) ||
    die "$RUNNER_HOME has $free MiB free. Expected more than $((4 * size + 20)) MiB for the archive and what it unpacks to." \
      "Next: free space on the disk or raise ghrunners:vm.diskGiB, then pulumi up"
  curl --fail --silent --show-error --location --retry 3 --retry-connrefused --connect-timeout 15 --max-time 600 \
    --output "$1" "$ARCHIVE_URL" ||
    die "The download of $ARCHIVE_URL failed. Expected the host to reach it (DNS, TCP 443, a trusted certificate, free disk)." \
      "Next: try the same URL with curl on the host, then pulumi up"
  seen=$(sha256sum "$1" | cut -d ' ' -f 1)
  if [[ $seen != "$ARCHIVE_SHA256" ]]; then
    die "SHA-256 mismatch of $ARCHIVE_URL: seen $seen, expected $ARCHIVE_SHA256. Nothing was installed." \
      "Next: check ghrunners:agent.sha256 against GitHub's release page"
  fi
}

unpack() {
  rm -rf "$keep/new"
  install -d -m 0755 "$keep/new"
  tar -xzf "$keep/archive.tar.gz" -C "$keep/new" --no-same-owner --no-same-permissions || die "The archive could not be unpacked. Expected a .tar.gz and" \
    "free space on the disk. Next: df -h on the host, then pulumi up"
  chmod -R u+rwX,go+rX,go-w,u-s,g-s "$keep/new"
  rm -f "$keep/archive.tar.gz"
  local seen status=0
  # Each start of the program opens a log file there, and the program ends if it cannot.
  install -d -o "$RUNNER_USER" -g "$RUNNER_USER" "$keep/new/_diag"
  seen=$(runuser -u "$RUNNER_USER" -- "$keep/new/bin/Runner.Listener" --version 2>&1) || status=$?
  rm -rf "$keep/new/_diag"
  ((status == 0)) ||
    die "The runner program does not start on this host (exit code $status): $(grep -m 2 . <<<"$seen" | cut -c 1-300)." \
      "Expected version $VERSION. Next: apt-get install the library named above, then pulumi up"
  seen=$(tail -n 1 <<<"$seen")
  [[ $seen == "$VERSION" ]] ||
    die "The archive contains the runner version '$seen', expected $VERSION. Next: set ghrunners:agent.version to the archive's version"
}

# The layout of GitHub's own self-update: bin and externals are links to a folder with the version in its name.
switch_to() { # version
  local part
  for part in bin externals; do
    ln -sfn "$part.$1" "$RUNNER_HOME/$part.new"
    mv -fT "$RUNNER_HOME/$part.new" "$RUNNER_HOME/$part"
  done
  # Copy each under a temporary name, then rename: an existing file is replaced and never written to.
  for part in "$keep/top.$1"/*; do
    [[ -f $part && ! -L $part ]] || continue
    cp --remove-destination --preserve=mode "$part" "$RUNNER_HOME/${part##*/}.new"
    mv -fT "$RUNNER_HOME/${part##*/}.new" "$RUNNER_HOME/${part##*/}"
  done
}

place() { # version
  local part
  for part in bin externals; do
    # A first installation, or GitHub's installer, leaves plain folders.
    if [[ -d $RUNNER_HOME/$part && ! -L $RUNNER_HOME/$part ]]; then
      mv "$RUNNER_HOME/$part" "$RUNNER_HOME/$part.${2:-unknown}"
      ln -sfn "$part.${2:-unknown}" "$RUNNER_HOME/$part"
    fi
    rm -rf "${RUNNER_HOME:?}/$part.$1"
    install -d -m 0755 "$keep/new/$part"
    mv -T "$keep/new/$part" "$RUNNER_HOME/$part.$1"
  done
  rm -rf "$keep/top.$1"
  mv -T "$keep/new" "$keep/top.$1"
}

# A listener that has started reports it in the journal; a unit that is only active may be about to end. After two
# restarts, more waiting would not help. A listener that was killed leaves its session at GitHub, which refuses another one
# for about four minutes: the new listener is alive and tries again every 30 s.
# Source: actions/runner, BrokerMessageListener.cs, _sessionCreationRetryInterval and _sessionConflictRetryLimit.
listener_started() { # since
  local words waited=0 pause=3 # tenths of a second
  start_limit=40
  while ((waited < start_limit * 10)); do
    words=$(journalctl --unit "$UNIT" --since "$1" --output cat --no-pager 2>/dev/null || true)
    if [[ $words == *'Listening for Jobs'* ]]; then
      systemctl is-active --quiet "$UNIT" && return 0
    fi
    if [[ $words == *'A session for this runner already exists'* ]]; then start_limit=300 pause=20; fi
    if (($(systemctl show --property=NRestarts --value "$UNIT") >= 2)); then return 1; fi
    sleep "$((pause / 10)).$((pause % 10))"
    ((waited += pause))
  done
  return 1
}

start_unit() {
  local since
  since=$(date '+%Y-%m-%d %H:%M:%S')
  systemctl reset-failed "$UNIT" 2>/dev/null || true
  systemctl start "$UNIT" && listener_started "$since"
}

upgrade() { # from
  local was_active=false
  # On any failure, leave no archive and no half-unpacked runner on the disk.
  trap 'rm -rf "$keep/new" "$keep/archive.tar.gz"' EXIT
  download "$keep/archive.tar.gz"
  unpack
  if systemctl is-active --quiet "$UNIT"; then
    was_active=true
    systemctl stop "$UNIT"
  fi
  place "$VERSION" "$1"
  switch_to "$VERSION"
  if [[ $was_active == true ]] && ! start_unit; then
    local words
    words=$(journalctl --unit "$UNIT" --lines 15 --output cat --no-pager 2>/dev/null || true)
    local waited=$start_limit
    systemctl stop "$UNIT" || true
    switch_to "$1"
    if start_unit; then words+=$'\n'"Version $1 is back and running."; else words+=$'\n'"Version $1 is back but did not start."; fi
    rm -rf "${RUNNER_HOME:?}/bin.$VERSION" "${RUNNER_HOME:?}/externals.$VERSION" "$keep/top.$VERSION"
    die "Runner $VERSION did not start: no 'Listening for Jobs' within $waited s or two restarts. The end of its journal:"$'\n'"$words"
  fi
  local old
  for old in "$RUNNER_HOME"/bin.* "$RUNNER_HOME"/externals.* "$keep"/top.*; do
    case $old in
      *."$VERSION" | *."${1:-$VERSION}") ;;
      *) rm -rf "$old" ;;
    esac
  done
}

install_agent() {
  make_user
  refuse_user_manager
  refuse_tracing
  make_folders
  put_configuration
  local current requested=""
  current=$(installed_version)
  if [[ -f $keep/requested ]]; then requested=$(<"$keep/requested"); fi
  # The version is a minimum: a newer one is kept, also when the minimum is raised to less than it. Only a lowered minimum is
  # a request for an older version.
  if [[ -n $current ]] && newer_or_same "$current" "$VERSION" &&
    { [[ $current == "$VERSION" || -z $requested ]] || newer_or_same "$VERSION" "$requested"; }; then
    if [[ $current != "$VERSION" ]]; then
      echo "Runner $current is kept: ghrunners:agent.version asks for $VERSION or newer" >&2
    fi
    if [[ $changed == true ]] && systemctl is-active --quiet "$UNIT"; then
      systemctl stop "$UNIT"
      start_unit || die "$UNIT did not come back after its configuration changed. Next: journalctl -u $UNIT on the host"
    fi
  else
    upgrade "$current"
  fi
  put "$keep/requested" 0644 "$VERSION"
  echo "runner $(installed_version), configuration $(sha256sum "$drop_in_folder/ghrunners.conf" "$POLICY_FILE" "$RUNNER_HOME/.env" "$RUNNER_HOME/.path" "$HOOKS_FOLDER"/*.sh | sha256sum | cut -c 1-12)"
}

remove_agent() {
  systemctl disable --now --quiet "$UNIT" 2>/dev/null || true
  rm -rf "$unit_file" "$drop_in_folder" "$HOOKS_FOLDER" "$POLICY_FILE" "${RUNNER_HOME:?}" "$keep" /etc/sysctl.d/60-ghrunners.conf
  rmdir --ignore-fail-on-non-empty "$(dirname "$HOOKS_FOLDER")" "$(dirname "$POLICY_FILE")" 2>/dev/null || true
  systemctl daemon-reload
  if id -u "$RUNNER_USER" >/dev/null 2>&1; then
    loginctl terminate-user "$RUNNER_USER" 2>/dev/null || true
    rm -f "/etc/systemd/system/user@$(id -u "$RUNNER_USER").service"
    userdel --remove "$RUNNER_USER" 2>/dev/null || userdel "$RUNNER_USER"
  fi
  if id -u "$SETUP_USER" >/dev/null 2>&1; then userdel "$SETUP_USER"; fi
}

case ${1:-} in
  install) install_agent ;;
  remove) remove_agent ;;
  *) die "usage: agent.sh install|remove" ;;
esac
