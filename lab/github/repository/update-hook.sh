#!/bin/sh
# git's update hook (githooks(5)): a push without Workflows: write may bring only workflow files that a branch has already,
# with the same path and content. Source: GitHub, Scopes for OAuth apps, `workflow`.
#
# usage: update-hook.sh REF OLD NEW, with PUSHER=WHO where the token lacks the permission
if [ -z "$PUSHER" ]; then exit 0; fi
case $3 in *[!0]*) ;; *) exit 0 ;; esac
set -e

known=$(git for-each-ref --format='%(objectname)' refs/heads |
  while read -r tip; do git ls-tree -r "$tip" -- .github/workflows; done)
brought=$(git ls-tree -r "$3" -- .github/workflows)
if [ -z "$brought" ]; then exit 0; fi
printf '%s\n' "$brought" | while IFS= read -r file; do
  if printf '%s\n' "$known" | grep --quiet --line-regexp --fixed-strings -- "$file"; then continue; fi
  # shellcheck disable=SC2016  # the marks around a word are GitHub's
  printf 'refusing to allow %s to create or update workflow `%s` without `workflows` permission\n' \
    "$PUSHER" "${file#*	}" >&2
  exit 1
done
