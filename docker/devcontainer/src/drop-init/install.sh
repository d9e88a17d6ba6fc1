#!/bin/sh
# Runs as root while the dev container's image is built. The binary comes with the Feature (`make feature`
# puts it beside this file), so nothing is downloaded.
set -eu
cd "$(dirname "$0")"

[ -f drop-init ] || {
	echo "drop-init: the binary is not in this folder (make feature puts it there)" >&2
	exit 1
}
# The user may have no entry to be found by name: a number would do for drop-init, but not for the remapping.
user=${_REMOTE_USER:-root}
home=${_REMOTE_USER_HOME:-/root}

mkdir -p /usr/local/bin /usr/local/share/drop-init
cp drop-init /usr/local/bin/drop-init
chmod 755 /usr/local/bin/drop-init

# The name is kept, not the number: the tool gives the user its owner's number on the host in a layer that
# comes after this one (updateRemoteUserUID).
{
	printf 'user=%s\n' "$user"
	for folder in ${VOLUMES:-}; do
		case $folder in
		"~"*) folder=$home${folder#"~"} ;;
		esac
		printf '%s\n' "$folder"
	done
} >/usr/local/share/drop-init/volumes

cp start /usr/local/share/drop-init/start
chmod 755 /usr/local/share/drop-init/start
