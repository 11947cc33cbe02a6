# What this machine needs, and how it gets there. Nothing is asked of the network where everything is there already.
# shellcheck shell=bash disable=SC2154,SC2034 # root and state are the launcher's; node and npm are for build.sh

node_version=22.23.3

any() { compgen -G "$1" >/dev/null; }
has() { command -v "$1" >/dev/null 2>&1; }

missing_packages() {  # missing_packages run|test|page|npm|jobs…: Debian's names
  local use
  for use; do
    case $use in
      run)
        has ffmpeg && has ffprobe || echo ffmpeg
        has jpegtran || echo libjpeg-turbo-progs ;;
      test)
        has initdb || any '/usr/lib/postgresql/*/bin/initdb' || echo postgresql
        has chromium || echo chromium
        any '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' || echo fonts-dejavu-core ;;
      page)
        # In one go with the rest where it is known already that the page must be built.
        [[ ! -r $root/web/package.json || -r $root/web/dist/index.html ]] || has npm || echo npm ;;
      npm)
        has npm || echo npm ;;
      archive)
        has rsync || echo rsync ;;
      jobs)
        # What the benchmark of that name runs beside ours; the system's Python, whichever comes first on the PATH.
        has initdb || any '/usr/lib/postgresql/*/bin/initdb' || echo postgresql
        has redis-server || echo redis-server
        any '/usr/lib/python3/dist-packages/celery/__init__.py' || echo python3-celery
        any '/usr/lib/python3/dist-packages/redis/__init__.py' || echo python3-redis ;;
    esac
  done
}

# need run|test|page|npm…: returns when the machine has it all; else installs it, or says how and exits 2.
need() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  ((${#packages[@]} > 0)) || return 0
  may_install || fail 2 "this machine lacks ${packages[*]}, and I may not install here. Run this, then try again:
  $(by_hand "${packages[@]}")"
  locked install_missing "$@"
}

need_if_possible() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  ((${#packages[@]} > 0)) || return 0
  if may_install; then
    need "$@"
  else
    say "This machine lacks ${packages[*]}. To have it: $(by_hand "${packages[@]}")"
  fi
}

by_hand() { if has apt-get; then echo "sudo apt-get update && sudo apt-get install -y $*"; else echo "(your system's package manager) install $*"; fi; }

may_install() {
  has apt-get || return 1
  ((EUID == 0)) && return 0
  has sudo || return 1
  sudo -n true 2>/dev/null || [[ -t 0 && -t 2 ]]
}

as_root() {
  local -a front=(env DEBIAN_FRONTEND=noninteractive)
  ((EUID == 0)) || front=(sudo -n "${front[@]}")
  "${front[@]}" "$@"
}

install_missing() {
  local packages
  mapfile -t packages < <(missing_packages "$@")  # again: another launcher may have done it while this one waited
  ((${#packages[@]} > 0)) || return 0
  if ((EUID != 0)) && ! sudo -n true 2>/dev/null; then
    say "${packages[*]} must be installed; that needs your password."
    sudo -v || fail 2 "not installed. Run this, then try again:
  $(by_hand "${packages[@]}")"
  fi
  if apt_install --simulate "${packages[@]}" >/dev/null 2>&1 </dev/null && step "Installing ${packages[*]}" apt_install "${packages[@]}"; then
    return 0
  fi
  step "Updating the package lists" as_root apt-get update -q || fail 2 "the package lists could not be updated. Is there a network?"
  step "Installing ${packages[*]}" apt_install "${packages[@]}" || fail 2 "could not install. By hand it is: $(by_hand "${packages[@]}")"
}

# RUNLEVEL=1: a database or another service that a package brings is not started on this machine; tests start their own.
apt_install() {
  as_root env RUNLEVEL=1 apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"
}

# One launcher at a time installs or builds in this tree; what others have done meanwhile is looked at again inside.
locked() {
  if [[ ${holds_lock:-} ]]; then "$@"; return; fi
  mkdir -p "$state"
  exec 9>"$state/lock"
  if ! flock -n 9; then
    say "Another ./tidemark is installing or building here; waiting for it."
    flock 9
  fi
  local holds_lock=1
  "$@"
  exec 9>&-
}

dotnet_sdk() {
  has dotnet || fail 2 "the .NET SDK 10 is missing. Install it (package dotnet-sdk-10.0, or Microsoft's dotnet-install script with --channel 10.0), see that 'dotnet' is on the PATH, and try again."
  dotnet --list-sdks | grep -q '^[1-9][0-9]\.' || fail 2 "this needs the .NET SDK 10; 'dotnet --list-sdks' shows: $(dotnet --list-sdks | tr '\n' ' ')"
}

# The page is built by Node.js 20.19, 22.12 or newer. An older one (Debian's) serves to install a newer one into .tools.
good_node() {
  local version major minor
  version=$("$1" --version 2>/dev/null) || return 1
  IFS=. read -r major minor _ <<<"${version#v}"
  ((major > 22 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19)))
}

node_tools() {  # sets node and npm (npm's program, run by that node)
  node=$(command -v node || true)
  local own
  own=$root/.tools/node/node_modules/node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
  if [[ -z $node ]] || ! good_node "$node"; then
    node=$own/bin/node
  fi
  need npm
  npm=$(readlink -f "$(command -v npm)")
  if [[ $node == "$own/bin/node" ]] && ! good_node "$node"; then
    step "Installing Node.js $node_version into .tools" npm install --prefix "$root/.tools/node" --no-save --no-audit --no-fund "${own##*/}@$node_version" \
      || fail 2 "Node.js could not be installed. Put Node.js 22 on the PATH and try again."
    good_node "$node" || fail 2 "the Node.js in .tools does not run. Put Node.js 22 on the PATH and try again."
  fi
}
