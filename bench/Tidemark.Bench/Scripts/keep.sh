#!/bin/sh
# Runs a server until our end of standard input closes, however that happens.
# usage: keep.sh FOLDER LOG PROGRAM ARGUMENT…
cd "$1" || exit
log=$2
shift 2
"$@" </dev/null >>"$log" 2>&1 &
server=$!
read -r _
# PostgreSQL's fast way; the others take it for "at once" as well.
kill -INT "$server"
wait "$server"
