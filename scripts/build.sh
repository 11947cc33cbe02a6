# Builds the page and the projects, and only when something that goes into them has changed.
# shellcheck shell=bash disable=SC2154 # root and state are the launcher's, node and npm set-up's

# No process stays behind a build: it would hold memory, and its files, long after the command has ended.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# What goes into a build: names, sizes and times of all its files. It notices edits, new and deleted files and
# branch switches, with or without git, in a few milliseconds.
fingerprint() {
  (
    cd "$root" || exit
    # A part that is not there yet is no fault.
    { find "$@" \( -name node_modules -o -path web/dist \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null || true; } | LC_ALL=C sort | sha1sum
  )
}

# Scopes, narrow to wide. A wide build serves the narrower ones too.
inputs() {  # inputs SCOPE: what goes into it
  local -a all=(Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig global.json web src)
  case $1 in
    demo) all+=(tools) ;;
    bench) all+=(tools bench) ;;
    all) all+=(tools bench test Tidemark.slnx) ;;
  esac
  printf '%s\n' "${all[@]}"
}

projects() {  # projects SCOPE: what is built
  case $1 in
    app) echo src/Tidemark.App ;;
    demo) echo src/Tidemark.App tools/Tidemark.Simulator ;;
    bench) echo bench/Tidemark.Bench ;;
    all) echo Tidemark.slnx ;;
  esac
}

serves() {  # serves SCOPE: it and the narrower ones that it makes
  case $1 in
    demo) echo app demo ;;
    all) echo app demo bench all ;;
    *) echo "$1" ;;
  esac
}

build() {  # build app|demo|bench|all
  up_to_date "$1" || locked build_now "$1"
}

scope_fingerprint() {
  local -a paths
  mapfile -t paths < <(inputs "$1")
  fingerprint "${paths[@]}"
}

up_to_date() {
  local stamp=$state/$1.stamp project
  [[ -r $stamp && $(<"$stamp") == "$(scope_fingerprint "$1")" ]] || return 1
  for project in $(projects "$1"); do
    project=${project##*/}
    [[ $project == *.slnx || -x $root/artifacts/bin/$project/release/$project ]] || return 1
  done
}

build_now() {
  if up_to_date "$1"; then return 0; fi  # another launcher has done it while this one waited
  dotnet_sdk
  build_page
  # Taken before the build: an edit during it is built the next time.
  local scope project
  local -A stamps
  for scope in $(serves "$1"); do
    stamps[$scope]=$(scope_fingerprint "$scope")
  done
  # Analyzers take half of the time of a build: they are for those who change something, and so run with the tests. What was
  # built without them then looks up to date, and is built once more.
  local unchecked=$state/unchecked
  local -a how=(-p:RunAnalyzers=false)
  if [[ $1 == all ]]; then
    how=()
    [[ ! -e $unchecked ]] || how=(--no-incremental)
  else
    : >"$unchecked"
  fi
  for project in $(projects "$1"); do
    step "Building ${project##*/}" compile "$root/$project" "${how[@]}" || fail 1 "the build failed."
  done
  [[ $1 != all ]] || rm -f "$unchecked"
  for scope in "${!stamps[@]}"; do
    printf '%s\n' "${stamps[$scope]}" >"$state/$scope.stamp"
  done
}

# One compiler for all projects takes half the time of one for each, which would compile itself first; it ends with the build.
compile() {
  local code=0
  dotnet build "$1" -c Release -v q -nologo -clp:"ErrorsOnly;NoSummary" -p:UseSharedCompilation=true "${@:2}" || code=$?
  dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true
  return "$code"
}

build_page() {
  [[ -r $root/web/package.json ]] || return 0
  local now lock
  now=$(fingerprint web)
  [[ -r $root/web/dist/index.html && -r $state/page.stamp && $(<"$state/page.stamp") == "$now" ]] && return 0
  node_tools
  lock=$(cd "$root/web" && "$node" --version | cat - package.json package-lock.json | sha1sum)
  if [[ ! -r $root/web/node_modules/.tidemark || $(<"$root/web/node_modules/.tidemark") != "$lock" ]]; then
    step "Installing what the page is built with" in_web ci --no-audit --no-fund || fail 1 "npm could not install the page's packages."
    printf '%s\n' "$lock" >"$root/web/node_modules/.tidemark"
  fi
  step "Building the page" in_web run build || fail 1 "the page did not build."
  printf '%s\n' "$now" >"$state/page.stamp"
}

in_web() { (cd "$root/web" && PATH=$(dirname "$node"):$PATH "$node" "$npm" "$@"); }
