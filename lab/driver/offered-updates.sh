#!/usr/bin/env bash
# What the package sources inside a machine of the lab offer. Runs as root in the machine.
# usage: offered-updates.sh offer|break|withdraw|version
set -euo pipefail

package=lab-harmless
mirror=/srv/security
list=/etc/apt/sources.list.d/lab-security.list
suite=lab-security
arch=$(dpkg --print-architecture)

build() { # version
  local tree
  tree=$(mktemp -d)
  mkdir "$tree/DEBIAN"
  printf '%s\n' "Package: $package" "Version: $1" "Architecture: $arch" 'Maintainer: Lab <lab@example.invalid>' \
    'Description: of no use' >"$tree/DEBIAN/control"
  chmod -R go=rX "$tree"
  dpkg-deb --root-owner-group --build "$tree" "$mirror/${package}_$1.deb" >/dev/null
  rm -r "$tree"
}

# As the mirrors are laid out: a Release file that names the suite, and the packages of one component.
offer() {
  local index=$mirror/dists/$suite/main/binary-$arch deb=$mirror/${package}_1.1.deb
  mkdir -p "$index"
  build 1.0
  build 1.1
  dpkg --install "$mirror/${package}_1.0.deb" >/dev/null
  {
    dpkg-deb --field "$deb"
    printf 'Filename: %s\nSize: %s\nSHA256: %s\n' "$(basename "$deb")" "$(stat --format=%s "$deb")" \
      "$(sha256sum "$deb" | cut -d ' ' -f 1)"
  } >"$index/Packages"
  {
    printf '%s\n' 'Origin: Lab' 'Label: Lab-Security' "Suite: $suite" "Codename: $suite" "Architectures: $arch" 'Components: main' 'SHA256:'
    printf ' %s %s main/binary-%s/Packages\n' "$(sha256sum "$index/Packages" | cut -d ' ' -f 1)" \
      "$(stat --format=%s "$index/Packages")" "$arch"
  } >"$mirror/dists/$suite/Release"
  echo "deb [trusted=yes] file:$mirror $suite main" >"$list"
}

case ${1:-} in
  offer) offer ;;
  break) echo "deb [trusted=yes] file:/srv/nowhere ./" >"$list" ;;
  withdraw)
    rm -rf "$list" "$mirror"
    dpkg --purge "$package" >/dev/null 2>&1 || true
    ;;
  version) dpkg-query --show --showformat '${Version}' "$package" ;;
  *)
    echo "usage: offered-updates.sh offer|break|withdraw|version" >&2
    exit 2
    ;;
esac
