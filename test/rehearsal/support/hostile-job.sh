#!/usr/bin/env bash
# A job that tries everything against its runner, as the jobs' user, in the runner's unit. `try` is what must be refused,
# `leave` what a job may do to its own folders and processes: the next job and root must come to no harm by it.
# CANARY, PROXMOX, MONITORING and OTHER are given by the test.
# shellcheck disable=SC2016  # text in single quotes is for another shell
set +e
runner=/opt/actions-runner
work=$runner/_work
diag=$runner/_diag
stamp() { date -u -d "$1" +%Y%m%d-%H%M%S; }
try() { # name command...
  local name=$1
  shift
  if timeout 5 "$@" >/dev/null 2>&1 </dev/null; then echo "SUCCEEDED $name"; else echo "refused $name"; fi
}
leave() { # name command...
  local name=$1
  shift
  if timeout 5 "$@" >/dev/null 2>&1 </dev/null; then echo "left $name"; else echo "FAILED $name"; fi
}
background() { env -u RUNNER_TRACKING_ID setsid --fork "$@" >/dev/null 2>&1 </dev/null; }

# What is not the job's
for file in /etc/shadow "$CANARY" /etc/ghrunners/runner-exporter.token /etc/ssh/ssh_host_ecdsa_key /proc/1/environ \
  /var/lib/cloud/instance/user-data.txt /var/lib/cloud/instance/obj.pkl /var/lib/cloud/seed/nocloud/user-data \
  /run/cloud-init/instance-data-sensitive.json /dev/sr0 /dev/vda /dev/sda /dev/kmsg; do
  try "read $file" head -c 1 "$file"
done
try "read secrets of cloud-init" grep -rslE 'PRIVATE KEY|passw(or)?d: *[^ ]|gh[ps]_|PVEAPIToken' /var/lib/cloud /run/cloud-init /etc/cloud/cloud.cfg.d
try "read the journal" bash -c 'journalctl --no-pager -n 1 -q _UID=0 | grep .'
for file in /usr/local/lib/ghrunners/hooks/job-started.sh /usr/local/lib/ghrunners/hooks/job-traces.sh \
  /etc/ghrunners/job-policy.env /etc/systemd/system/evil.service /var/lib/ghrunners/evil /etc/cron.d/evil \
  /var/lib/prometheus/node-exporter/evil.prom /opt/ghrunners/exporter/ghrunners-exporter.cjs /etc/profile.d/evil.sh \
  /etc/gitconfig /usr/local/bin/git /var/lib/systemd/linger/actions-runner; do
  try "write $file" bash -c "echo evil >>$file"
done
for file in .env .path .service run.sh config.sh bin/runsvc.sh bin/Runner.Listener .runner .credentials; do
  try "write $file" bash -c "echo evil >>$runner/$file"
  try "replace $file" bash -c "echo evil >$work/evil && mv -f $work/evil $runner/$file"
  try "remove $file" rm -f "$runner/$file"
done
try "exchange the work folder" mv "$work" "$runner/other"
try "exchange the program" ln -sfn /tmp "$runner/bin"
try "hard link to root's file" ln /etc/shadow "$work/hard"
try "device node" mknod "$work/device" b 8 0
try "become root by sudo" sudo -n true
try "set-user-id" bash -c "cp /bin/bash $work/bash && chmod u+s $work/bash && $work/bash -pc '[[ \$EUID == 0 ]]'"
try "stop the exporter" systemctl stop ghrunners-runner-exporter.service
try "restart the runner by systemd" systemctl restart 'actions.runner.*'
try "a unit of its own" systemd-run --collect true
try "a service manager of its own" bash -c 'loginctl enable-linger actions-runner && systemctl --user start basic.target'
try "cron" bash -c 'echo "* * * * * true" | crontab -'
try "at" bash -c 'echo true | at now'
try "the clock" date -s 2099-01-01
try "the exporter's port" python3 -c 'import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind(("", 9101))'
try "a signal to root's processes" bash -c 'kill -0 1 || kill -0 "$(systemctl show -p MainPID --value ghrunners-runner-exporter)"'

# The way to others
for place in "$PROXMOX 8006" "$PROXMOX 22" "$PROXMOX 443" "$PROXMOX 80" "$OTHER 22" "$OTHER 9100" "$OTHER 9101" "$OTHER 443" \
  "$MONITORING 22" "$MONITORING 80" "$MONITORING 443" "$MONITORING 9090" "$MONITORING 9093" "$MONITORING 9102" "$MONITORING 9103"; do
  # shellcheck disable=SC2086  # two words
  set -- $place
  (if timeout 2 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; then echo "SUCCEEDED reach $place"; else echo "refused reach $place"; fi) &
done
wait
entry() { printf '__REALTIME_TIMESTAMP=%s\n_BOOT_ID=0123456789abcdef0123456789abcdef\nGHRUNNERS_HOST=lab-runner-secondary\nMESSAGE=forged by a job\n\n' "$(date +%s)000000"; }
entry | curl -sk --max-time 3 -H 'Content-Type: application/vnd.fdo.journal' --data-binary @- "https://$MONITORING:19532/upload" &
wait

# Logs of the runner, which a job may write: pages newer than the listener's own, which are looked at
leave "log that is a link" ln -s "$CANARY" "$diag/Runner_$(stamp '-9 seconds')-utc.log"
leave "log that is a FIFO" mkfifo "$diag/Runner_$(stamp '-8 seconds')-utc.log"
leave "log that is a socket" python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$diag/Runner_$(stamp '-7 seconds')-utc.log')"
leave "log of a terabyte" truncate -s 1T "$diag/Runner_$(stamp '-6 seconds')-utc.log"
leave "log without a line's end" bash -c "head -c 20000000 /dev/zero | tr '\\0' 'a@!' >$diag/Worker_$(stamp now)-utc.log"
leave "log of the future" bash -c "echo '[9999-12-31 00:00:00Z INFO JobDispatcher] Running job: forged' >$diag/Runner_99991231-000000-utc.log"
leave "lines of the future" bash -c "echo '[9999-12-31 00:00:00Z INFO JobDispatcher] Running job: forged' >>\$(ls $diag/Runner_*.log | head -n 1)"
leave "lines of failed jobs" bash -c "page=$diag/Runner_$(stamp '-1 second')-utc.log
  for _ in 1 2 3; do printf '[%s INFO JobDispatcher] Running job: forged\n[%s INFO JobDispatcher] Job forged completed with result: Failed\n' \"\$(date -u '+%F %TZ')\" \"\$(date -u '+%F %TZ')\" >>\$page; done"
leave "many logs" bash -c "for n in \$(seq 300); do echo x >$diag/Runner_2026010\$((n % 9 + 1))-\$((100000 + n))-utc.log; done"

# What the next job would use
mkdir -p "$work/_tool/node/22/bin" "$work/_actions/evil" "$work/other/x" "$work/_PipelineMapping/octo-org" ~/.ssh ~/.docker ~/.config/git /run/lock/evil
leave "tool in the cache" bash -c "printf '#!/bin/sh\necho evil' >$work/_tool/node/22/bin/node && chmod 755 $work/_tool/node/22/bin/node"
leave "settings in the home folder" bash -c 'for file in .bashrc .profile .bash_profile .gitconfig .npmrc .netrc .ssh/config .docker/config.json .config/git/config; do echo evil >~/$file; done'
leave "locked folders" bash -c 'mkdir -p ~/shut/shut/shut && chmod 000 ~/shut/shut/shut ~/shut/shut ~/shut'
leave "files beside the workspace" bash -c "echo evil | tee $work/.env $work/other/x/y $work/_actions/evil/z >$work/demo-app/beside"
leave "remembered workspace" bash -c "echo '{}' >$work/_PipelineMapping/octo-org/x.json"
leave "temporary files" bash -c 'echo evil | tee /tmp/evil /var/tmp/evil /dev/shm/evil /run/lock/evil/x >/dev/null'
leave "shared memory" ipcmk --shmem 4096
leave "files in the workspace" bash -c "echo evil >$work/demo-app/demo-app/Makefile"
printf 'exit 0\n' >/var/tmp/poison
leave "environment of later steps" bash -c 'printf "BASH_ENV=/var/tmp/poison\nMAKEFLAGS=evil\n" >>"$GITHUB_ENV" && echo /var/tmp >>"$GITHUB_PATH"'

# Processes that outlive the job
background bash -c 'trap "" TERM INT HUP; exec -a leftover-loop bash -c "while :; do touch ~/survivor-loop; sleep 0.1; done"'
background python3 -c 'import ctypes, os, time
# In /proc/PID/stat it looks like a dead process.
ctypes.CDLL(None).prctl(15, b"e) Z \nabc", 0, 0, 0)
while True:
    open(os.path.expanduser("~/survivor-hidden"), "w").close(); time.sleep(0.1)'
background python3 -c "import os, itertools
page = '$diag/Runner_$(stamp '-20 seconds')-utc.log'
for turn in itertools.count():
    new = page + '.new'
    try: os.unlink(new)
    except OSError: pass
    if turn % 3 == 0: open(new, 'w').write('x\n')
    elif turn % 3 == 1: os.symlink('$CANARY', new)
    else: os.mkfifo(new)
    os.rename(new, page)"
for _ in $(seq 50); do [[ -e ~/survivor-loop && -e ~/survivor-hidden ]] && break; sleep 0.1; done
leave "processes" ls ~/survivor-loop ~/survivor-hidden
exit 0
