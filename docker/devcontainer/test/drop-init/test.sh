#!/bin/bash
# The Feature with no option, on any image: drop-init is on the PATH, and works.
set -e
# shellcheck source=/dev/null # the dev container tool brings it
source dev-container-features-test-lib

check "drop-init is on the PATH" drop-init --version
check "it starts a command" drop-init -- true
check "it keeps the command's status" bash -c 'drop-init -- sh -c "exit 7"; [ $? = 7 ]'
reportResults
