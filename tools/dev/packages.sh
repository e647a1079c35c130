# shellcheck shell=bash disable=SC2016,SC2034
# The Debian packages that building, testing and linting need. apt is called only when one of them is missing, so that an
# installed machine works at once and without a network.

os_release() { (. /etc/os-release 2> /dev/null && echo "${!1:-}") || true; }

system="$(os_release ID) $(os_release VERSION_ID)"

case $system in
  "debian 12")
    build_packages=(clang-19 lld-19 libstdc++-12-dev libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev)
    export CC=${CC:-clang-19} CXX=${CXX:-clang++-19}
    ;;
  "debian 13" | "ubuntu 2"[4-9].*)
    build_packages=(g++ libboost-dev libboost-json-dev libboost-url-dev)
    ;;
  *)
    system=unknown
    ;;
esac

build_packages+=(cmake ninja-build pkg-config ccache librabbitmq-dev default-libmysqlclient-dev libcli11-dev libtomlplusplus-dev
  libcurl4-openssl-dev libsqlitecpp-dev libsqlite3-dev libspdlog-dev libssl-dev libkainjow-mustache-dev)
test_packages=(catch2 rabbitmq-server mariadb-server-core mariadb-client sqlite3 openssl python3 python3-aiosmtpd curl jq
  clang-19 lld-19 libclang-rt-19-dev)
command -v node > /dev/null || test_packages+=(nodejs)
# Some 360 packages, for one test.
npm_packages=()
command -v npm > /dev/null || npm_packages+=(npm)
# What is tried before and behind notifier.
third_party_packages=(haproxy nginx apache2 postfix postgrey)
getent ahosts localhost > /dev/null || test_packages+=(libnss-myhostname)
bench_packages=(wrk libbenchmark-dev gnuplot-nox)
# What webhooks and mails are sent to.
receiver_packages=(nginx postfix)
lint_packages=(clang-format-19 clang-tidy-19 shellcheck python3)

# bring_packages PACKAGE...: installs those that are missing. On a system whose package names are not known it only says what
# is needed, and leaves it to CMake to find out.
bring_packages() {
  local missing=() package
  [[ $# -gt 0 ]] || return 0
  if [[ $system == unknown ]]; then
    if command -v cmake ninja > /dev/null; then return 0; fi
    explain_needs
    return 1
  fi
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [[ ${#missing[@]} -gt 0 ]] || return 0

  echo "Installing ${missing[*]}" >&2
  if [[ " ${missing[*]} " == *" catch2 "* && $system == "debian 12" ]]; then
    add_backports
    missing=("${missing[@]/%catch2/catch2/bookworm-backports}")
  fi
  as_root apt-get -q update || true  # some other source of the machine may be out of order; the installation tells
  install_without_starting "${missing[@]}"
}

is_installed() {
  local state
  state=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2> /dev/null) || return 1
  [[ $state == "installed "* ]] || return 1
  [[ $1 != catch2 ]] || dpkg --compare-versions "${state#installed }" ge 3
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "This needs root, and there is no sudo here. As root: $*" >&2
    return 1
  fi
}

# Debian 12's Catch2 is too old. The mirror is the one that the machine already uses.
add_backports() {
  [[ -z $(apt-get indextargets "Release: bookworm-backports") ]] || return 0
  local mirror
  mirror=$(debian_mirror) || return 1
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main" |
    as_root tee /etc/apt/sources.list.d/bookworm-backports.list > /dev/null
}

# The archive that this Debian was installed from, whatever form its apt sources have.
debian_mirror() {
  local codename mirror
  codename=$(os_release VERSION_CODENAME)
  mirror=$(apt-get indextargets --format '$(REPO_URI)' "Release: $codename" "Component: main" | head -n 1)
  [[ -n $mirror ]] || mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $codename" "Component: main" | head -n 1)
  if [[ -z $mirror ]]; then
    echo "No apt source of this machine has $codename main" >&2
    return 1
  fi
  echo "$mirror"
}

# Servers are installed as programs for the tests' own use: none is started, now or at the next boot.
install_without_starting() {
  local policy=/usr/sbin/policy-rc.d status=0 services=() package
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
    as_root chmod +x "$policy"
  else
    policy=""
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" || status=$?
  [[ -z $policy ]] || as_root rm -f "$policy"
  for package in "$@"; do
    case $package in
      rabbitmq-server) services+=(rabbitmq-server.service epmd.socket epmd.service) ;;
      haproxy | nginx | apache2 | postfix | postgrey) services+=("$package.service") ;;
    esac
  done
  if [[ -d /run/systemd/system && ${#services[@]} -gt 0 ]]; then
    as_root systemctl disable "${services[@]}" 2> /dev/null || true
  fi
  return "$status"
}

no_npm="There is no npm: webhooks are not held against the library of Standard Webhooks. ./dev test all brings it."

# bring_standard_webhooks FOLDER: the script that verifies webhooks, and the library that it verifies them with.
bring_standard_webhooks() {
  local folder=$1 source=tests/support/standard_webhooks
  mkdir -p "$folder"
  cp "$source/verify.mjs" "$folder"
  if cmp --silent "$source/package-lock.json" "$folder/installed.json"; then return 0; fi
  rm -f "$folder/installed.json"
  command -v npm > /dev/null || { echo "$no_npm" && return 0; }
  cp "$source"/package{,-lock}.json "$folder"
  npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund > "$folder/npm.log" 2>&1 ||
    { tail -n 20 "$folder/npm.log" >&2; return 1; }
  cp "$source/package-lock.json" "$folder/installed.json"
}

explain_needs() {
  cat >&2 << 'NEEDS'
./dev brings what it needs on Debian 12 and 13 and Ubuntu 24.04 or newer. On this system, install first:
  a compiler for C++23 (g++ 13, clang 19 or newer), CMake 3.25, Ninja, pkg-config, Boost 1.81 (headers, json, url), OpenSSL,
  libcurl 7.88, rabbitmq-c, the C client library of MySQL or MariaDB, SQLite 3, SQLiteCpp, CLI11, toml++, spdlog, kainjow's
  mustache.hpp; for the tests also Catch2 3, RabbitMQ, MariaDB, node, npm, aiosmtpd for /usr/bin/python3, curl, jq and the openssl command.
Or start everything in containers: docker compose up --build
NEEDS
}
