#!/bin/bash
# With "overrideCommand": false the image's entry point is the first process: drop-init, as the remote user.
set -e
# shellcheck source=/dev/null # the dev container tool brings it
source dev-container-features-test-lib

# status_of PID FIELD
status_of() {
	awk -v field="$2:" '$1 == field { print $2 }' "/proc/$1/status"
}

command=$(grep -lx sleep /proc/[0-9]*/comm | cut -d/ -f3)

check "PID 1 is drop-init" grep -x drop-init /proc/1/comm
check "PID 1 is the remote user" [ "$(status_of 1 Uid)" = "$(id -u)" ]
check "the image's command is too" [ "$(status_of "$command" Uid)" = "$(id -u)" ]
check "it may gain privileges, as sudo has to" [ "$(status_of "$command" NoNewPrivs)" = 0 ]
check "a volume is the user's" [ "$(stat -c %u /modules)" = "$(id -u)" ]
reportResults
