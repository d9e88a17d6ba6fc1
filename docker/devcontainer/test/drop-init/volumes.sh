#!/bin/bash
# Named volumes, which are created as root's, belong to the remote user, and it can write there.
set -e
# shellcheck source=/dev/null # the dev container tool brings it
source dev-container-features-test-lib

# Where root runs the tool, the user keeps the number that it has in the image.
echo "the remote user is number $(id -u), and the workspace belongs to $(stat -c %u .)"
check "the remote user is not root" [ "$(id -un)" = dev ]
check "a volume is the user's" [ "$(stat -c %u /modules)" = "$(id -u)" ]
check "a volume in the home folder is the user's" [ "$(stat -c %u ~/.cache)" = "$(id -u)" ]
check "so are the folders that the engine made above one" \
	[ "$(stat -c %u ~/.vscode-server ~/.vscode-server/data | uniq)" = "$(id -u)" ]
check "and nothing above those" [ "$(stat -c %u /home)" = 0 ]
check "the user can write there" touch ~/.vscode-server/a ~/.vscode-server/data/extensions/b /modules/a ~/.cache/b
reportResults
