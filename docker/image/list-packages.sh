#!/bin/sh
# In the build of an image: the packages of the operating system, or those that are named, one a line, as
# bill-of-packages.ts reads them.
# usage: list-packages.sh [NAME…]
set -eu
. /etc/os-release
dpkg-query --show --showformat="$ID \${db:Status-Abbrev} \${Package} \${Version} \${Architecture}\n" "$@"
