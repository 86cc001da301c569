#!/usr/bin/env bash
# Installs the packages that the other scripts need, before any of them runs. Runs as root; a second run installs
# nothing.
# Parameters: MACHINE (only so that a new machine is set up again)
#             PACKAGES (names, separated by blanks; libicu stands for the host release's libicu)
#             KEEPS_STILL (true: switches off changes by the host itself: package upgrades, because they break
#             a running job, and new SSH host keys, because the pinned one identifies it)
#             LIMIT_SECONDS (longest wait for each: the first boot, apt's locks, a mirror that fails)
set -euo pipefail

: "$MACHINE"
export DEBIAN_FRONTEND=noninteractive
# Keep an existing configuration file without asking: there is no one to answer.
keep_files=(--force-confdef --force-confold)
kept_keys=/etc/cloud/cloud.cfg.d/99-ghrunners.cfg
missing=()

# cloud-init installs packages of its own at the first boot. Its result does not matter here: exit code 2 means "done
# with warnings", and a failed step of the template need not be one of ours.
wait_for_first_boot() {
  command -v cloud-init >/dev/null || return 0
  local status=0
  timeout "$LIMIT_SECONDS" cloud-init status --wait >/dev/null 2>&1 || status=$?
  ((status != 124)) || echo "cloud-init has not ended within $LIMIT_SECONDS s; going on without it" >&2
}

# Stop the services as well as their timers: at a first boot the services already run and hold apt's locks. Stop before
# masking: a timer that is masked while it waits counts as a failed unit from then on.
stop_unattended_upgrades() {
  systemctl stop apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service
  systemctl mask --quiet apt-daily.timer apt-daily-upgrade.timer
}

# cloud-init deletes them for each new instance. An upgrade of Proxmox VE may write the cloud-init drive differently,
# which counts as a new instance. Source: PVE::QemuServer::Cloudinit (instance-id is a hash of its files); cloud-init,
# module ssh.
keep_host_keys() {
  [[ -d /etc/cloud ]] || return 0
  install -D -m 0644 /dev/null "$kept_keys.new"
  printf '%s\n' '# Written by ghrunners: this machine is identified by its host keys.' 'ssh_deletekeys: false' >"$kept_keys.new"
  mv -f "$kept_keys.new" "$kept_keys"
}

is_installed() {
  [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Source: actions/runner's installdependencies.sh: it needs one of the libicu versions that its .NET supports; each
# release has one.
has_icu() {
  dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' 'libicu*' 2>/dev/null | grep -qE '^libicu[0-9]+ installed$'
}

find_missing() {
  local name
  missing=()
  for name in $PACKAGES; do
    case $name in
      libicu) has_icu || missing+=(libicu) ;;
      # NodeSource's nodejs brings npm along, and conflicts with Debian's package of it.
      npm) command -v npm >/dev/null || missing+=(npm) ;;
      *) is_installed "$name" || missing+=("$name") ;;
    esac
  done
}

# The libicu package of this release. Debian and Ubuntu have only one.
named_for_apt() { # name
  if [[ $1 != libicu ]]; then
    echo "$1"
    return
  fi
  apt-cache pkgnames libicu | grep -E '^libicu[0-9]+$' | sort --version-sort | tail -n 1 | grep . ||
    die "The package mirror offers no libicu. Expected one: GitHub's runner does not start without it."
}

# A failed update may concern a mirror without these packages, so judge only by the installation.
refresh_and_install() {
  local name named names=()
  apt-get -o DPkg::Lock::Timeout=120 update -q || true
  for name in "${missing[@]}"; do
    named=$(named_for_apt "$name") || return 1
    names+=("$named")
  done
  # A package upgrade may have been interrupted at the first boot.
  dpkg "${keep_files[@]}" --configure -a &&
    apt-get -o DPkg::Lock::Timeout=120 "${keep_files[@]/#/-oDpkg::Options::=}" install -q --yes --no-install-recommends "${names[@]}"
}

# DPkg::Lock::Timeout covers dpkg's locks only; apt does not wait for the lock of the package lists, so retry.
# Source: apt, apt-pkg/deb/debsystem.cc and apt-pkg/acquire.cc.
install_missing() {
  local deadline=$((SECONDS + LIMIT_SECONDS)) words
  until words=$(refresh_and_install 2>&1 9>&-); do
    ((SECONDS < deadline)) ||
      die "${missing[*]} could not be installed on $(hostname) within $LIMIT_SECONDS s. Expected a package mirror in reach" \
        "(DNS, TCP 80 or 443) and no other process holding apt's locks. Next: apt-get install ${missing[*]} on the host, then" \
        "pulumi up. The end of the output:"$'\n'"$(tail -n 5 <<<"$words")"
    sleep 2
  done
}

install_packages() {
  wait_for_first_boot
  if [[ $KEEPS_STILL == true ]]; then
    stop_unattended_upgrades
    keep_host_keys
  fi
  # One run at a time, because several environments may share a monitoring host. The kernel releases the lock when its
  # holder dies. Only root can reach the file, because anyone who can open a lock file can hold the lock.
  (umask 077 && mkdir -p /run/ghrunners && : >>/run/ghrunners/packages)
  exec 9>>/run/ghrunners/packages
  flock --wait "$LIMIT_SECONDS" 9 || die "Another run has been installing packages on $(hostname) for $LIMIT_SECONDS s. Next: pulumi up when it has ended"
  find_missing
  if ((${#missing[@]} > 0)); then install_missing; fi
  find_missing
  ((${#missing[@]} == 0)) || die "These packages are not installed: ${missing[*]}. Next: apt-get install ${missing[*]} on $(hostname), then pulumi up"
  echo "packages: $PACKAGES"
}

# Packages stay installed: other programs may need them.
remove_packages() {
  if [[ $KEEPS_STILL == true ]]; then
    systemctl unmask --quiet apt-daily.timer apt-daily-upgrade.timer
    rm -f "$kept_keys"
  fi
}

case ${1:-} in
  install) install_packages ;;
  remove) remove_packages ;;
  *) die "usage: packages.sh install|remove" ;;
esac
