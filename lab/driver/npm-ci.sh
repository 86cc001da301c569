#!/bin/sh
# Takes the place of `npm ci` on the lab's delivery runner, where no registry can be reached: links the packages of the
# checkout that the lab runs from, if the commit asks for the same ones. CHECKOUT names it.
set -eu
if [ "${1:-}" != ci ]; then
  echo "The lab's npm can do npm ci only, and was asked for: $*" >&2
  exit 2
fi
if ! cmp --silent package-lock.json "$CHECKOUT/package-lock.json"; then
  echo "The commit's package-lock.json is another one than that of $CHECKOUT." >&2
  exit 1
fi
rm -rf node_modules
mkdir node_modules
# The project's own packages and commands are links within the folder: as copies they lead into the commit's files.
cp --archive "$CHECKOUT/node_modules/@ghrunners" "$CHECKOUT/node_modules/.bin" node_modules
for package in "$CHECKOUT"/node_modules/*; do
  [ "${package##*/}" = @ghrunners ] || ln --symbolic "$package" node_modules
done
