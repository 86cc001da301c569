#!/usr/bin/env bash
# The steps of the demo application's plan and nothing else: no lock, no captured state, no check, no way back.
# What the safeguards cost is measured against this. The artefact is on the machine already.
# usage: plain-deployment.sh VERSION ARTEFACT
set -euo pipefail

version=${1:?} artefact=${2:?}
release=/opt/demo-app/releases/$version
services=(demo-app-backend.service demo-app-identity-provider.service)

mkdir -p "$release"
tar -xzf "$artefact" -C "$release" --no-same-owner
"$release/migrate"
systemctl stop "${services[@]}"
for service in "${services[@]}"; do cp "$release/$service" "/etc/systemd/system/$service"; done
systemctl daemon-reload
ln -sfn "releases/$version" /opt/demo-app/current
cp "$release/site.conf" /etc/nginx/sites-enabled/default
systemctl reload nginx.service
systemctl enable --quiet "${services[@]}"
systemctl start "${services[@]}"
