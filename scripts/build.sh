# shellcheck shell=bash
# Sourced by the scripts here: messages, one build function. Expects to be run with errexit.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=$(basename "$0")

say() { printf '%s: %s\n' "$name" "$*" >&2; }
stop() {
  say "$@"
  exit 1
}

# quietly LOG COMMAND...: runs it with its output in LOG, and shows the end of LOG when it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    stop "failed: $* (all of its output: $log)"
  fi
}

# build PRESET [-DOPTION...] [TARGET...]: configures and builds into build/PRESET.
build() {
  local preset=$1
  shift
  local -a options=() targets=()
  local word
  for word in "$@"; do
    case "$word" in
      -D*) options+=("$word") ;;
      *) targets+=(--target "$word") ;;
    esac
  done
  (
    cd "$root" || exit 1
    quietly "build/$preset.configure.log" cmake --preset "$preset" "${options[@]}"
    quietly "build/$preset.build.log" cmake --build --preset "$preset" "${targets[@]}"
  )
}
