#!/usr/bin/env bash
# The loop people write to collect a camera's pictures; one for each camera, side by side.
# usage: frames.sh plain|sync FOLDER INDEX…
set -euo pipefail
strength=$1 folder=$2
shift 2

camera() {  # camera FOLDER INDEX
  local server path
  server=$(cut -d / -f 1-3 <<<"$2")
  mkdir "$1"
  curl -fsS "$2" | grep -o '"url":"[^"]*"' | cut -d '"' -f 4 | while read -r path; do
    curl -fsS -o "$1/part" "$server$path"
    [[ $strength == plain ]] || sync -d "$1/part"
    mv "$1/part" "$1/${path##*/}"
  done
}

number=0
cameras=()
for index; do
  camera "$folder/camera$number" "$index" &
  cameras+=($!)
  number=$((number + 1))
done
for pid in "${cameras[@]}"; do wait "$pid"; done
