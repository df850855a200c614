#!/usr/bin/env bash
# Make the image of the environment `container` of pyproject.toml, as root, and load it
# into the engine of DOCKER_HOST: Debian 13 with its own builds of C library, Python and
# torch, and all else by pip. The same packages give the same id; prints the id.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
command -v mmdebstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null; }
D=$(mktemp -d) && trap 'rm -rf "$D"' EXIT
SOURCE_DATE_EPOCH=0 mmdebstrap --quiet --variant=essential --include=python3-torch \
    --dpkgopt='path-exclude=/usr/share/'{doc,locale,man}'/*' trixie "$D/root" >"$D/log" 2>&1 || { tail "$D/log"; exit 1; }
python -m pip download --quiet --python-version 3.13 --only-binary :all: -c constraints.txt --dest "$D/wheels" \
    filelock jinja2 msgspec mlxtend numpy pytest rich scikit-learn scipy >"$D/log" 2>&1 || { tail "$D/log"; exit 1; }
# Unpacked, for installing writes scripts that name this interpreter.
for wheel in "$D"/wheels/*.whl; do python -m zipfile --extract "$wheel" "$D/root/usr/local/lib/python3.13/dist-packages"; done
rm -rf "$D/root"/{dev,proc,sys,run,tmp,var/log,var/cache,var/lib/apt}/* "$D/root/usr/local/bin"
rm -f "$D/root/etc"/{hostname,resolv.conf} # of this machine
find "$D/root" -name __pycache__ -prune -exec rm -r {} +
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$D/root" -cf "$D/layer.tar" .
printf '{"architecture":"amd64","os":"linux","config":{},"created":"1970-01-01T00:00:00Z","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(sha256sum "$D/layer.tar" | cut -d ' ' -f 1)" >"$D/config.json"
echo '[{"Config":"config.json","RepoTags":["pytest-repro-nightly:debian-13"],"Layers":["layer.tar"]}]' >"$D/manifest.json"
tar -C "$D" -cf - manifest.json config.json layer.tar | docker load --quiet >"$D/log"
echo "sha256:$(sha256sum "$D/config.json" | cut -d ' ' -f 1)"
