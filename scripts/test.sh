# ./tidemark test: builds all, checks the layout of the code, runs both test projects, ends with "N passed, N failed".
# shellcheck shell=bash disable=SC2154 # root and state are the launcher's

tests() {
  local filter=''
  local -a arguments=(-noLogo -reporter quiet)
  export TIDEMARK_SOAK=${TIDEMARK_SOAK:-}
  while (($# > 0)); do
    case $1 in
      --soak) TIDEMARK_SOAK=1; shift ;;
      --filter) (($# > 1)) || fail 2 "--filter needs a text: ./tidemark test --filter TimeRange"; filter=$2; shift 2 ;;
      --filter=*) filter=${1#*=}; shift ;;
      *) fail 2 "test does not know $1. Usage: ./tidemark test [--soak] [--filter TEXT]" ;;
    esac
  done
  [[ -t 1 ]] || arguments+=(-noColor)
  [[ $TIDEMARK_SOAK == 1 ]] || arguments+=(-trait- kind=soak)
  [[ -z $filter ]] || arguments+=(-method "*$filter*")

  need run test page
  build all
  runtime
  passed=0 failed=0 skipped=0
  if [[ -z $filter ]]; then
    code_layout
  fi
  # Hundreds of processes that live for seconds: compiling for long runs costs a third of all, and they never get there.
  export DOTNET_TieredPGO=0
  run_tests Tidemark.Tests "${arguments[@]}"
  export DOTNET_TC_CallCountThreshold=1000
  run_tests Tidemark.AcceptanceTests "${arguments[@]}"
  if ((passed + failed == 0)); then
    say "No test ran${filter:+: none has \"$filter\" in its full name}."
  fi
  printf '\n%d passed, %d failed' "$passed" "$failed"
  ((skipped == 0)) || printf ', %d skipped' "$skipped"
  printf '\n'
  ((failed == 0 && passed > 0))
}

# Style and analyzers are errors in the build already; what it does not see is white space.
code_layout() {
  if step "Checking the layout of the code" format_check; then
    passed=$((passed + 1))
  else
    say "To mend it: dotnet format whitespace --folder . --include src/ test/ tools/ bench/"
    failed=$((failed + 1))
  fi
}

format_check() { (cd "$root" && dotnet format whitespace --folder . --verify-no-changes --include src/ test/ tools/ bench/); }

# The counts come from the report and not from what is printed; without a report the run counts as one failure.
run_tests() {
  local project=$1 start=$EPOCHREALTIME report=$state/$1.xml code=0 line total bad skip errors
  shift
  rm -f "$report"
  # A test that hangs must end the run, and be seen, long before whoever waits for it gives up.
  local limit=30m
  [[ $TIDEMARK_SOAK != 1 ]] || limit=5h
  local -a tests=(timeout --foreground "$limit" "$root/artifacts/bin/$project/release/$project" "$@" -xml "$report")
  if [[ -t 2 ]]; then
    start_ticker "Running $project"
    "${tests[@]}" </dev/null >"$state/logs/$project.log" 2>&1 || code=$?
    stop_ticker
    cat "$state/logs/$project.log"
  else
    say "Running $project"
    "${tests[@]}" </dev/null || code=$?
  fi
  line=$(grep -o -m 1 '<assembly [^>]*>' "$report" 2>/dev/null || true)
  if [[ -z $line ]]; then
    # A filter that fits no test of this project ends without a report's line, and well.
    ((code == 0)) || { say "$project ended with code $code and left no report."; failed=$((failed + 1)); }
    return 0
  fi
  total=$(attribute total) bad=$(attribute failed) skip=$(attribute skipped) errors=$(attribute errors)
  ((code == 0 || bad + errors > 0)) || errors=1
  passed=$((passed + total - bad - skip - $(attribute not-run)))
  failed=$((failed + bad + errors))
  skipped=$((skipped + skip))
  say "$project: $((total - bad - skip)) passed, $((bad + errors)) failed in $(elapsed "$start")"
}

attribute() { [[ $line =~ [[:space:]]$1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}" || echo 0; }
