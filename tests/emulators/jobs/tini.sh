#!/bin/sh
# Stands for the init of an image, as it is started there: tini -s -- PROGRAM…
[ "$1 $2" = '-s --' ] || exit 64
shift 2
exec "$@"
