#!/usr/bin/env bash
# Versions of GitHub's runner program on its machine, as components/scripts/agent.sh lays them out. Runs as root.
# look: prints `current<TAB>VERSION` and `version<TAB>VERSION<TAB>SECONDS SINCE 1970`, changes nothing.
# remove: deletes the folders of VERSIONS (separated by blanks), but never those of the current one.
# Parameters: RUNNER_HOME VERSIONS
set -euo pipefail

top=/var/lib/ghrunners
link=$(readlink "$RUNNER_HOME/bin" || true)
current=${link#bin.}

case $1 in
  look)
    printf 'current\t%s\n' "$current"
    for folder in "$RUNNER_HOME"/bin.*; do
      [[ -d $folder && ! -L $folder ]] || continue
      printf 'version\t%s\t%s\n' "${folder##*/bin.}" "$(stat --format %Y "$folder")"
    done
    ;;
  remove)
    for version in $VERSIONS; do
      [[ $version =~ ^[0-9]+(\.[0-9]+)+$ ]] || die "\"$version\" is not a version of the runner."
      [[ $version != "$current" ]] || die "$version became the current version meanwhile. Nothing of it was removed."
      rm -rf -- "$RUNNER_HOME/bin.$version" "$RUNNER_HOME/externals.$version" "$top/top.$version"
    done
    ;;
esac
