#!/usr/bin/env bash
# Installs the Pulumi CLI on a delivery runner, or removes it. Runs as root; a second run changes nothing.
# Parameters: MACHINE (only so that a new machine is installed again) VERSION ARCHIVE_URL ARCHIVE_SHA256
set -euo pipefail

: "$MACHINE"
folder=/usr/local/lib/ghrunners/pulumi
links=/usr/local/bin

is_ours() { [[ -L $1 && $(readlink "$1") == "$folder"/* ]]; } # path

# What a person put in the place of one of our programs is neither replaced nor run as if it were ours.
require_free() { # name...
  local name path seen
  for name in "$@"; do
    path=$links/$name
    if is_ours "$path" || ! [[ -e $path || -L $path ]]; then continue; fi
    seen="a file of $(stat --format=%U "$path")'s"
    [[ ! -L $path ]] || seen="a link to $(readlink "$path")"
    die "$path on $(hostname) is $seen, which this program did not make. It stays, and no other program was" \
      "replaced. Expected nothing there, because jobs are to find Pulumi $VERSION there. Next: mv $path $path.before on that host," \
      "then pulumi up"
  done
}

# Only what is ours: a link to somewhere else was made by a person.
remove_links() { # except those into this folder
  local link
  for link in "$links"/pulumi*; do
    is_ours "$link" || continue
    [[ -n ${1:-} && $(readlink "$link") == "$1"/* ]] || rm -f "$link"
  done
}

install_cli() {
  local place=$folder/$VERSION-${ARCHIVE_SHA256:0:16} before seen program
  local -a programs
  require_free pulumi
  # A job may run the version that was there before: it stays until the next installation.
  before=$(readlink "$links/pulumi" || true)
  if [[ ! -x $place/pulumi ]]; then
    install -d -m 0755 "$folder"
    rm -rf "$folder"/new
    trap 'rm -rf "$folder/new"' EXIT
    install -d -m 0755 "$folder/new"
    curl --fail --silent --show-error --location --retry 3 --retry-connrefused --connect-timeout 15 --max-time 600 \
      --output "$folder/new/archive.tar.gz" "$ARCHIVE_URL" ||
      die "The download of $ARCHIVE_URL failed. Expected the host to reach it (DNS, TCP 443, a trusted certificate, free disk)." \
        "Next: try the same URL with curl on the host, then pulumi up"
    seen=$(sha256sum "$folder/new/archive.tar.gz" | cut -d ' ' -f 1)
    [[ $seen == "$ARCHIVE_SHA256" ]] ||
      die "SHA-256 mismatch of $ARCHIVE_URL: seen $seen, expected $ARCHIVE_SHA256. Nothing was installed." \
        "Next: check ghrunners:deliveryRunner.pulumi.sha256 against the release page"
    tar -xzf "$folder/new/archive.tar.gz" -C "$folder/new" --no-same-owner --no-same-permissions ||
      die "The archive could not be unpacked. Expected a .tar.gz and free space on the disk. Next: df -h on the host, then pulumi up"
    # The archive holds one folder: pulumi, with the CLI and its language plugins.
    [[ -f $folder/new/pulumi/pulumi ]] ||
      die "The archive $ARCHIVE_URL holds $(tar -tzf "$folder/new/archive.tar.gz" | head -n 3 | tr '\n' ' '). Expected pulumi/pulumi"
    chmod -R u+rwX,go+rX,go-w,u-s,g-s "$folder/new/pulumi"
    # Root runs nothing of it. The CLI wants a folder of its own, and asks its maker for a newer version unless told not to.
    install -d -o nobody -m 0700 "$folder/new/home"
    seen=$(cd / && runuser -u nobody -- env HOME="$folder/new/home" PULUMI_SKIP_UPDATE_CHECK=true "$folder/new/pulumi/pulumi" version 2>&1) ||
      die "The Pulumi CLI does not start on this host: $(head -n 1 <<<"$seen" | cut -c 1-300)"
    [[ $seen == *"v$VERSION"* ]] ||
      die "The archive contains the Pulumi CLI '$seen', expected v$VERSION. Next: set ghrunners:deliveryRunner.pulumi.version to it"
    rm -rf "$place"
    mv -T "$folder/new/pulumi" "$place"
  fi
  programs=("$place"/pulumi*)
  require_free "${programs[@]##*/}"
  for program in "${programs[@]}"; do
    ln -sfn "$program" "$links/.ghrunners-pulumi.new"
    mv -fT "$links/.ghrunners-pulumi.new" "$links/${program##*/}"
  done
  remove_links "$place"
  find "$folder" -mindepth 1 -maxdepth 1 ! -path "$place" ! -path "${before%/*}" -exec rm -rf -- {} +
  echo "pulumi $VERSION"
}

remove_cli() {
  remove_links
  rm -rf "$folder"
  rmdir --ignore-fail-on-non-empty "${folder%/*}" 2>/dev/null || true
}

case ${1:-} in
  install) install_cli ;;
  remove) remove_cli ;;
  *) die "usage: pulumi-cli.sh install|remove" ;;
esac
