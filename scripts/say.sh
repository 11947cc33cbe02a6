# How the launcher speaks: everything to stderr, because stdout belongs to the program that it starts.
# shellcheck shell=bash disable=SC2154 # state is the launcher's

say() { printf '%s\n' "$*" >&2; }

fail() {  # fail CODE MESSAGE
  say "tidemark: $2"
  exit "$1"
}

ticker=
start_ticker() {  # start_ticker TITLE: a line that counts the seconds, until stop_ticker; for terminals
  (
    trap - EXIT INT TERM
    printf '%s …' "$1" >&2
    for ((tenths = 0; ; tenths += 2)); do
      sleep 0.2
      printf '\r\033[K%s … %d s' "$1" $((tenths / 10)) >&2
    done
  ) &
  ticker=$!
}

stop_ticker() {
  if [[ $ticker ]]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=
    printf '\r\033[K' >&2
  fi
}
trap stop_ticker EXIT
trap 'stop_ticker; say "Interrupted."; exit 130' INT
trap 'exit 143' TERM

# step TITLE COMMAND… runs the command with its output in a log file; one line on screen, with the time that it took.
# The command stays in the foreground, so that Ctrl-C reaches it. On failure the log's end is shown and 1 returned.
step() {
  local title=$1 start=$EPOCHREALTIME code=0
  shift
  mkdir -p "$state/logs"
  local log
  log=$state/logs/$(tr -cs 'a-zA-Z0-9' '-' <<<"${title,,}" | sed 's/^-*//; s/-*$//').log
  if [[ -t 2 ]]; then start_ticker "$title"; else printf '%s …' "$title" >&2; fi
  # No step reads what is typed, and none keeps the launcher's lock (9) when it leaves a process behind.
  "$@" </dev/null >"$log" 2>&1 9>&- || code=$?
  stop_ticker
  [[ -t 2 ]] && printf '%s …' "$title" >&2
  if ((code == 0)); then
    printf ' %s\n' "$(elapsed "$start")" >&2
    return 0
  fi
  printf ' failed after %s\n' "$(elapsed "$start")" >&2
  tail -n "${TIDEMARK_LOG_LINES:-30}" "$log" | cut -c 1-300 | sed 's|^|  > |' >&2
  say "The whole log: $log"
  return 1
}

elapsed() {  # elapsed EPOCHREALTIME: "0.4 s", "17 s", "2 min 5 s"
  local tenths=$((((${EPOCHREALTIME//[.,]/} - ${1//[.,]/}) + 50000) / 100000))
  if ((tenths < 100)); then
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
  elif ((tenths < 1200)); then
    printf '%d s' $((tenths / 10))
  else
    printf '%d min %d s' $((tenths / 600)) $((tenths % 600 / 10))
  fi
}
