#!/bin/bash
# Lab runner: a stand-in with the visible contract of GitHub's self-hosted runner. It is not actions/runner.
set -u

if [ "$(id -u)" -eq 0 ] && [ -z "${RUNNER_ALLOW_RUNASROOT:-}" ]; then
  echo "Must not run with sudo"
  exit 1
fi

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

if ! command -v node >/dev/null; then
  echo "Dependencies is missing for the lab runner: node (Debian package nodejs)"
  echo "Execute sudo ./bin/installdependencies.sh to install any missing dependencies."
  exit 1
fi

if [ "${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-}" != 1 ] && ! /sbin/ldconfig -p | grep -q 'libicuuc\.so'; then
  echo "Libicu's dependencies is missing for Dotnet Core 6.0"
  echo "Execute sudo ./bin/installdependencies.sh to install any missing Dotnet Core 6.0 dependencies."
  exit 1
fi

# shellcheck source=/dev/null
. ./env.sh

if [ "${1:-}" = remove ]; then
  exec ./bin/Runner.Listener "$@"
fi
exec ./bin/Runner.Listener configure "$@"
