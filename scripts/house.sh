# shellcheck shell=bash
# What the scripts share: where the house stands, what it needs, and the one way to build it.
# Sourced by its neighbours, never run.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
programs=$root/.build/release

# One configuration for programs and tests, so that one .build folder serves both and nothing is
# compiled twice. The import check stops a module that leans on one it did not declare. What is
# checked for exclusive access at run time, and where: docs/decisions/0037-exclusive-access.md.
configuration=(
  --package-path "$root" --configuration release -Xswiftc -enable-testing
  -Xswiftc -enforce-exclusivity=unchecked --explicit-target-dependency-import-check error
)

# Turns to another build, with the checks that the usual one leaves out.
check_exclusive_access() {
  configuration=("${configuration[@]/#-enforce-exclusivity=unchecked/-enforce-exclusivity=checked}")
  configuration+=(--scratch-path "$root/.build-checked")
  programs=$root/.build-checked/release
}

# Debian packages beyond a Swift toolchain: git fetches the Swift packages, liblz4 compresses,
# jemalloc is kvnode's heap.
packages=(git liblz4-dev libjemalloc-dev)
# What only tests with real networks and bent clocks use; they skip, and say so, without it.
lab_packages=(iproute2 nftables libfaketime)
# What counts instructions; without it they are not judged.
count_packages=(valgrind binutils)

swift_sources=(Package.swift Sources Tests Jepsen-style)
shell_sources=(scripts/{house.sh,benchmarks,budget,check,compare-etcd,demo-failover,down,failover-soak,faultlab,fix,instructions,lab,stress,test,up} Jepsen-style/live-matrix .ci/run)

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Answers --help with the comment at the head of the script that asks.
answer_help() {
  case " $* " in *" --help "* | *" -h "*)
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    exit
    ;;
  esac
}

require_swift() {
  command -v swift >/dev/null ||
    die "no swift on PATH: install Swift 6.2 or later, https://www.swift.org/install/linux"
}

# Those of the named packages that this Debian does not have.
missing_of() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null) == ?i* ]] ||
      printf '%s ' "$package"
  done
}

install() {
  say "Installing $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update || say "apt-get update failed; trying with the lists at hand"
  apt-get -qq install --yes --no-install-recommends "$@" >/dev/null
}

# Installs what is missing when that is allowed; otherwise says what to type.
install_missing() {
  local missing
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system: git and the headers of lz4 and jemalloc must be there already"
    return
  fi
  read -ra missing <<<"$(missing_of "${packages[@]}")"
  ((${#missing[@]})) || return 0
  ((EUID == 0)) ||
    die "missing ${missing[*]}: run 'sudo apt-get install ${missing[*]}', then this again"
  install "${missing[@]}"
}

# The same for what some tests like to have; none of it stops anything.
install_lab() {
  local missing
  command -v dpkg-query >/dev/null || return 0
  read -ra missing <<<"$(missing_of "${lab_packages[@]}" "${count_packages[@]}")"
  ((${#missing[@]})) || return 0
  { ((EUID == 0)) && install "${missing[@]}"; } ||
    say "without ${missing[*]} some tests will skip, or instructions will not be counted"
}

# Programs carry Swift's runtime with them where the toolchain has all that this takes: Package.swift
# and docs/decisions/0041-static-runtime.md. The tests' bundle cannot.
link_runtime() {
  local resources library
  resources=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
  for library in swiftCore CoreFoundation _FoundationICU _FoundationCShims _FoundationCollections; do
    [[ -e ${resources}_static/linux/lib$library.a ]] || return 0
  done
  [[ ! -x $resources/../../bin/ld.lld ]] || export QUOIN_STATIC_RUNTIME=1
}

# Builds the named programs, and nothing that only the tests need.
build_programs() {
  local product quiet=(--quiet)
  install_missing
  require_swift
  if [[ ! -x $programs/$1 ]]; then
    say "Building $*: some minutes the first time, seconds later"
    quiet=()
  fi
  (
    link_runtime
    for product in "$@"; do
      swift build "${configuration[@]}" ${quiet[@]+"${quiet[@]}"} --product "$product" >&2
    done
  )
}

# Builds every module, program and test.
build_everything() {
  install_missing
  install_lab
  require_swift
  say "Building everything: some minutes the first time"
  swift build "${configuration[@]}" --build-tests
  # Beside that bundle they were linked like it; the tests start them as people do.
  build_programs kvnode kvctl vipguard
}

# Looks at the form of every source and script; changes none.
lint() {
  require_swift
  say "Linting"
  (cd "$root" && swift format lint --strict --parallel --recursive "${swift_sources[@]}")
  if command -v shellcheck >/dev/null; then
    (cd "$root" && shellcheck --external-sources "${shell_sources[@]}")
  else
    say "no shellcheck on PATH: the scripts were not linted"
  fi
}

# Becomes `kvctl cluster VERB ARGUMENTS`, in var/cluster when no directory is named.
become_cluster() {
  local verb=$1
  shift
  case " $* " in
    *" --data "* | *" --data="*) ;;
    *) set -- --data "$root/var/cluster" "$@" ;;
  esac
  exec "$programs/kvctl" cluster "$verb" "$@"
}
