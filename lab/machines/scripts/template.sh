#!/usr/bin/env bash
# Builds the machine template: a Debian root file system whose owners are shifted to the machines' user namespace.
# Its packages come from the mirror of this host. Prints progress; the result appears at once or not at all.
#
# usage: template.sh TARGET CA_CERTIFICATE SUITE "DISABLED UNITS" "OFFERED PACKAGES" [PACKAGE...]
#   (as root, in its own mount and PID namespace: see template.ts)
#   SUITE is the code name of a Debian release. Exit code 69 (EX_UNAVAILABLE): the mirror does not give it
set -euo pipefail

target=${1:?} ca=${2:?} suite=${3?} disabled_units=${4?} offered=${5?}
shift 5
# Host user that is root in every machine: the first of 65536 users of the shifted namespace.
uid_base=7536640
packages=(
  # what a cloud image of Debian brings
  systemd-sysv dbus libpam-systemd openssh-server sudo cloud-init
  iproute2 iputils-ping procps curl ca-certificates netbase less jq
  # what this template has beside
  "$@"
)

folder=$(dirname "$target")
mkdir -p "$folder"
# The kernel gives the lock back when its holder dies, so there is no stale lock.
exec 9>"$folder/lock"
if ! flock --nonblock 9; then
  echo "waiting for another build of the machine template"
  flock 9
fi
[[ -d $target ]] && exit 0

sources=
for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
  if [[ -s $file ]]; then sources=$file && break; fi
done
if [[ -z $sources ]]; then
  echo "no apt sources of Debian found (seen: neither debian.sources nor sources.list under /etc/apt)" >&2
  exit 1
fi
# shellcheck source=/dev/null
own_suite=$(. /etc/os-release && echo "$VERSION_CODENAME")

# A killed build leaves its folder; its mounts went with its namespace.
rm -rf --one-file-system "$target.new"
root=$target.new/root
mkdir -p "$target.new"

# The same mirror and the same keyring, for the suite asked for and those beside it (X-updates, X-security).
suite_sources=$target.new/${sources##*/}
sed -E "/^(Suites:|deb)/ s/([[:space:]])$own_suite\b/\1$suite/g" "$sources" >"$suite_sources"
if [[ $suite != "$own_suite" ]]; then
  list=(-o "Dir::Etc::SourceList=$suite_sources" -o Dir::Etc::SourceParts=-)
  index=$(apt-get "${list[@]}" --print-uris update | sed -nE "1s/^'([^']*)'.*/\1/p")
  if ! /usr/lib/apt/apt-helper -qq download-file "$index" "$target.new/index" 2>"$target.new/words"; then
    echo "$index: $(grep '^E:' "$target.new/words" | head -n 1)"
    rm -r "$target.new"
    exit 69
  fi
  rm "$target.new/index" "$target.new/words"
fi

# mmdebstrap runs the hook with the new root as its first argument.
hook=$target.new/customize
cat >"$hook" <<'HOOK'
#!/bin/sh
set -eu
root=$1
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
: >"$root/etc/resolv.conf"
echo localhost >"$root/etc/hostname"
# No RSA host key (a second of work at the first boot), no boot loader to look for.
printf '%s\n' 'datasource_list: [ NoCloud, None ]' 'locale: false' 'ssh_genkeytypes: [ ed25519, ecdsa ]' \
  'grub_dpkg: { enabled: false }' >"$root/etc/cloud/cloud.cfg.d/90-lab.cfg"
cp "$LAB_CA" "$root/usr/local/share/ca-certificates/ghrunners-lab.crt"
chroot "$root" update-ca-certificates
# The node exporter leaves overlays out, and here the root file system of a machine is one.
types='autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|proc|procfs'
types="$types|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs"
echo "ARGS='--collector.filesystem.fs-types-exclude=^($types)\$'" >"$root/etc/default/prometheus-node-exporter"
# Generators that look for what no container has: encrypted and verified disks, partitions, a kernel's command line, an
# interrupted update or hibernation. systemd starts each of them at every boot and at every reload.
mkdir -p "$root/etc/systemd/system-generators"
for each in cryptsetup veritysetup integritysetup gpt-auto hibernate-resume run debug system-update bless-boot; do
  ln -s /dev/null "$root/etc/systemd/system-generators/systemd-$each-generator"
done
# Installed, as a mirror would serve it, but off: the program that manages the machine turns it on.
for unit in $LAB_DISABLED_UNITS; do systemctl --root="$root" disable "$unit"; done
# A mirror inside the machine, which has no way to another: packages that are offered, with all that they need.
mkdir -p "$root/srv/mirror"
: >"$root/srv/mirror/Packages"
if [ -n "$LAB_OFFERED" ]; then
  # shellcheck disable=SC2086  # several names
  APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get install --yes --download-only --no-install-recommends $LAB_OFFERED
  mv "$root"/var/cache/apt/archives/*.deb "$root/srv/mirror"
  for deb in "$root"/srv/mirror/*.deb; do
    dpkg-deb --field "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$(basename "$deb")" "$(stat --format=%s "$deb")" \
      "$(sha256sum "$deb" | cut -d ' ' -f 1)"
  done >"$root/srv/mirror/Packages"
fi
# Only now: the download reads the sources of the new root.
rm -f "$root"/etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/srv/mirror ./' >"$root/etc/apt/sources.list"
HOOK
chmod 0700 "$hook"

LAB_CA=$ca LAB_DISABLED_UNITS=$disabled_units LAB_OFFERED=$offered mmdebstrap --mode=root --variant=minbase \
  --include="$(IFS=,; echo "${packages[*]}")" \
  --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="$hook" \
  "$suite" "$root" "$suite_sources"

echo "I: shifting owners to the machines' user namespace..."
# systemd-nspawn shifts owners and ACLs itself when it starts a tree; one throw-away run does it for all machines.
unified=/sys/fs/cgroup/unified
[[ -d $unified ]] || unified=/sys/fs/cgroup
group=ghr-template-$$-$RANDOM
mkdir "$unified/$group"
# shellcheck disable=SC2317  # called by the trap
remove_group() {
  local hierarchy
  for hierarchy in "$unified" /sys/fs/cgroup/systemd; do
    if [[ -d $hierarchy/$group ]]; then find "$hierarchy/$group" -depth -type d -exec rmdir {} + || true; fi
  done
}
trap remove_group EXIT
(
  echo "$BASHPID" >"$unified/$group/cgroup.procs"
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec systemd-nspawn --quiet --directory="$root" --register=no --keep-unit \
    --private-users="$uid_base:65536" --private-users-ownership=chown --console=pipe /bin/true
) </dev/null

rm "$hook" "$suite_sources"
# The build recipe is part of the key, so a finished template never changes.
mv "$target.new" "$target"
