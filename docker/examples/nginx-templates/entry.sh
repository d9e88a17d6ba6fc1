#!/bin/sh
# What the official image's script does with templates, as www-data: it needs no root for that.
set -eu
mkdir -p /tmp/conf.d
for template in /etc/nginx/templates/*.template; do
	name=${template##*/}
	# The names that are set, so that nginx's own variables stay.
	# shellcheck disable=SC2016 # envsubst's
	envsubst "$(env | sed 's/=.*//; s/^/$/')" <"$template" >"/tmp/conf.d/${name%.template}"
done
exec "$@"
