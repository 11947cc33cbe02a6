# ./tidemark publish: the release for linux-x64: one trimmed program with the page inside, packed, with checksums.
# shellcheck shell=bash disable=SC2154 # root and state are the launcher's

publish() {
  local output=$root/artifacts/publish
  while (($# > 0)); do
    case $1 in
      --output | -o) (($# > 1)) || fail 2 "--output needs a folder."; output=$2; shift 2 ;;
      --output=*) output=${1#*=}; shift ;;
      *) fail 2 "publish does not know $1. Usage: ./tidemark publish [--output DIR]" ;;
    esac
  done
  mkdir -p "$output" || fail 2 "cannot write to $output."
  output=$(cd "$output" && pwd)
  dotnet_sdk
  locked publish_now "$output"
}

publish_now() {
  local version name stage=$state/publish
  version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
  name=tidemark-$version-linux-x64
  build_page
  rm -rf "$stage"
  mkdir -p "$stage/$name"
  step "Publishing $name" dotnet publish "$root/src/Tidemark.App" -c Release -r linux-x64 --self-contained -v q -nologo -o "$stage/out" \
    -p:PublishTrimmed=true -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:TrimmerSingleWarn=false -p:DebugType=none -p:UseSharedCompilation=false \
    || fail 1 "publishing failed."
  cp "$stage/out/Tidemark.App" "$stage/$name/tidemark"
  install -m 644 -t "$stage/$name" "$stage"/out/*.so
  local page
  for page in README.md CHANGELOG.md LICENSE; do
    [[ ! -r $root/$page ]] || cp "$root/$page" "$stage/$name/"
  done
  # Same content, same bytes: names in order, no owner, one time for all.
  tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@"$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)" -cf - "$name" \
    | gzip -9n >"$output/$name.tar.gz"
  (cd "$output" && sha256sum "$name.tar.gz" >SHA256SUMS)
  step "Trying it" try_release "$output" "$name" || fail 1 "the release does not work."
  rm -rf "$stage"
  say "$output/$name.tar.gz ($(du -h "$output/$name.tar.gz" | cut -f 1)), SHA256SUMS beside it"
}

# Unpacked somewhere else, without this tree's .NET: does it start, and is the page in it?
try_release() {
  local room code=0
  room=$(mktemp -d)
  try_in "$room" "$@" || code=1
  rm -rf "$room"
  return "$code"
}

try_in() {
  local room=$1 output=$2 name=$3
  (cd "$output" && sha256sum -c SHA256SUMS) || return 1
  tar -C "$room" -xzf "$output/$name.tar.gz" || return 1
  env -u DOTNET_ROOT "$room/$name/tidemark" --version || return 1
  # doctor finds fault with machines too; here only the page counts.
  { env -u DOTNET_ROOT "$room/$name/tidemark" doctor --json --data "$room/data" || true; } | tee "$room/doctor.json"
  grep -A 1 '"what": "page"' "$room/doctor.json" | grep -q true
}
