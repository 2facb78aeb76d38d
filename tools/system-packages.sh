#!/bin/sh
# What some tests need besides Python packages, on Debian and its kin. Installs only what is missing; says so where it
# cannot.
set -eu

missing=""
for package in chromium hledger fonts-noto-cjk postgresql gettext; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=absent
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "No apt-get here. Install what your system calls:$missing" >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        echo "Only root can install:$missing" >&2
        exit 1
    fi
fi

echo "installing$missing" >&2
# Debian's postgresql would start a cluster of its own, which nobody here uses.
if [ ! -e /etc/postgresql-common/createcluster.conf ] && [ ! -d /etc/postgresql ]; then
    $as_root mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -q update
# shellcheck disable=SC2086 # a list of names
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -q install --yes --no-install-recommends \
    -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 $missing </dev/null >/dev/null
