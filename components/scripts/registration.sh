#!/usr/bin/env bash
# Registers the runner of a host at GitHub, or removes its registration. Runs as root; can be repeated.
# Parameters: UNIT UNIT_FILE (its text) RUNNER_USER SETUP_USER RUNNER_HOME WORK_FOLDER RUNNER_NAME URL LABELS TOKEN
#             GROUP (of the organization; empty for a runner of the repository)
#             TOKEN_REFUSED (how the message begins where another token may help)
set -euo pipefail

# Inside the runner's folder, so on its file system; only SETUP_USER can read it.
stage=$RUNNER_HOME/.registration
installed_unit=/etc/systemd/system/$UNIT

# The runner is deleted at GitHub by the API; here only files are removed, so no removal token is needed.
forget() {
  systemctl disable --now --quiet "$UNIT" 2>/dev/null || true
  rm -f "$installed_unit"
  systemctl daemon-reload
  # The migrated ones are the listener's own, written when GitHub moves it to another service; each alone counts as
  # configured. Source: actions/runner, ConfigurationStore.cs and RunnerConfigUpdater.cs.
  rm -f "$RUNNER_HOME"/.{runner,credentials}{,_migrated} "$RUNNER_HOME"/.credentials_rsaparams "$RUNNER_HOME"/.service
}

# Our own unit instead of svc.sh: that script must run as root, but config.sh, which runs as another user, writes it.
install_service() {
  if [[ ! -f $installed_unit || $(<"$installed_unit") != "${UNIT_FILE%$'\n'}" ]]; then
    printf '%s\n' "${UNIT_FILE%$'\n'}" >"$installed_unit.new"
    chmod 0644 "$installed_unit.new"
    mv -f "$installed_unit.new" "$installed_unit"
    systemctl daemon-reload
  fi
  # GitHub's runner recognises by this file that it is a service.
  printf '%s\n' "$UNIT" >"$RUNNER_HOME/.service.new"
  mv -f "$RUNNER_HOME/.service.new" "$RUNNER_HOME/.service"
}

# Without them the listener ends with "Not configured", whatever else is there. The key is for both kinds of credentials.
has_credentials() {
  [[ -s $RUNNER_HOME/.credentials_rsaparams ]] && [[ -s $RUNNER_HOME/.credentials || -s $RUNNER_HOME/.credentials_migrated ]]
}

# One word for a refresh; also on a host that has no runner yet.
show_credentials() {
  if has_credentials; then echo kept; else echo lost; fi
}

# The registration that the listener uses: the migrated one, where there is one. None without its credentials.
show() {
  local name
  has_credentials || return 0
  for name in .runner_migrated .runner; do
    if [[ -f $RUNNER_HOME/$name ]]; then
      cat "$RUNNER_HOME/$name"
      return
    fi
  done
}

# config.sh writes its files next to the bin folder that it runs from. So it gets its own copy, made of hard links,
# which no job has ever touched. It runs as a user that no job has, so jobs can neither see the token nor replace a
# file.
prepare_stage() {
  if ! id -u "$SETUP_USER" >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$SETUP_USER"
  fi
  rm -rf "$stage"
  install -d -o "$SETUP_USER" -g "$SETUP_USER" -m 0700 "$stage"
  cp --archive --link "$(readlink -f "$RUNNER_HOME/bin")" "$stage/bin"
  ln -s "$(readlink -f "$RUNNER_HOME/externals")" "$stage/externals"
  cp "$RUNNER_HOME"/*.sh "$stage/"
}

take_over() {
  local name
  for name in .credentials_rsaparams .credentials .runner; do
    [[ -f $stage/$name && ! -L $stage/$name ]] ||
      die "config.sh ended without an error and without the file $name. Next: report this with the runner's version"
    install -o root -g "$RUNNER_USER" -m 0640 "$stage/$name" "$RUNNER_HOME/$name.new"
    mv -f "$RUNNER_HOME/$name.new" "$RUNNER_HOME/$name"
  done
}

register() {
  forget
  trap 'rm -rf "$stage"' EXIT
  prepare_stage
  # Pass the token in the environment of this one short process: an argument would be visible in the process list. The
  # runner must not update itself: the files it unpacked would belong to its user, that is, to jobs.
  local words
  if ! words=$(cd "$stage" && HOME=$stage ACTIONS_RUNNER_INPUT_TOKEN=$TOKEN runuser -u "$SETUP_USER" -- ./config.sh \
    --unattended --replace --disableupdate --url "$URL" --name "$RUNNER_NAME" --labels "$LABELS" \
    --no-default-labels --work "$WORK_FOLDER" ${GROUP:+--runnergroup "$GROUP"} 2>&1); then
    tail -n 10 <<<"$words" >&2
    if [[ $words == *NotFound* || $words == *'404 (Not Found)'* ]]; then
      die "$TOKEN_REFUSED of $RUNNER_NAME at $URL: it does so for an expired token and for a wrong" \
        "address. Expected: the repository or organization exists. Next: pulumi up"
    fi
    die "config.sh could not register $RUNNER_NAME at $URL. Expected: the host reaches GitHub, which accepts this" \
      "version of the runner. Next: pulumi up"
  fi
  take_over
  install_service
}

if [[ ${1:-} == credentials ]]; then
  show_credentials
  exit
fi
if [[ ! -d $RUNNER_HOME && ${1:-} == unregister ]]; then exit 0; fi
[[ -x $RUNNER_HOME/config.sh || ${1:-} == unregister ]] || die "No runner in $RUNNER_HOME. Next: pulumi up --refresh"
[[ $(stat --format=%u "$RUNNER_HOME") == 0 ]] ||
  die "$RUNNER_HOME belongs to $(stat --format=%U "$RUNNER_HOME"), so a job may have written what root would run there." \
    "Expected root as its owner. Next: pulumi up --refresh, which installs the runner again"
case ${1:-} in
  show) show ;;
  register) register ;;
  install-service) install_service ;;
  unregister) forget ;;
  *) die "usage: registration.sh credentials|show|register|install-service|unregister" ;;
esac
