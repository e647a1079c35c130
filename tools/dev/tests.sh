# shellcheck shell=bash disable=SC2034
# What ./dev test runs, and on which build.

# The suites that ./dev test runs by itself: they find most, and soonest.
quick_suites='unit_|model|broker|repository|sender|e2e|docs|fault_simulation'

# What there is to run on a build. Without sanitizers, suites that call functions would find nothing that they do not find with them.
declare -A all_suites=([asan]=. [debug]=. [tsan]=. [release]='e2e|fault|third_party')

# With these in it, the simulation takes minutes.
long_simulations='^fault_simulation: (Any|The same seed)'
short_simulation=400

not_run="Not run: the suites of faults (./dev test fault), those with other people's servers (./dev test third_party), and the release build
(./dev test all runs everything, for half an hour)."

shorten_simulation() { export NOTIFIER_SIMULATION_RUNS=${NOTIFIER_SIMULATION_RUNS:-$short_simulation}; }

# Many cases wait most of their time.
cases_at_once=$((3 * $(nproc)))

# suites PREFIX: the suites whose names begin with it, a line each. PREFIX is an extended regular expression.
suites() {
  cmake --build --preset asan --target help | sed -nE "s/^(($1)[a-z_0-9]*)_tests: .*/\1/p"
}

# Suites that drive the executable are compiled once, with the sanitizers: NOTIFIER_TEST_BUILD names the build to drive. The
# others call the product's own functions, and belong to one build.
drives_executable() { [[ $1 == e2e || $1 == third_party || ($1 == fault_* && $1 != fault_simulation) ]]; }

# split_suites BUILD SUITE...: puts each into the caller's array `own`, or into `driven` where another build's suite drives this
# build's executable.
split_suites() {
  local build=$1 suite
  shift
  own=() driven=()
  for suite in "$@"; do
    if [[ $build == release ]] && drives_executable "$suite"; then driven+=("$suite"); else own+=("$suite"); fi
  done
}

# build_suites BUILD SUITE...: what they need to run on that build. The one with sanitizers is configured already.
build_suites() {
  local build=$1 own driven targets=(notifier)
  shift
  split_suites "$build" "$@"
  [[ ${#driven[@]} -eq 0 ]] || cmake --build --preset asan --target "${driven[@]/%/_tests}"
  [[ $build == asan ]] || configure "$build" -DNOTIFIER_TESTS=ON
  [[ " $* " != *" fault_crash_points "* ]] || targets+=(notifier-with-failpoints)
  [[ " $* " != *" fault_upgrade "* ]] || tools/dev/earlier-notifier
  cmake --build --preset "$build" --target "${targets[@]}" "${own[@]/%/_tests}"
}

# run_suites BUILD "SUITE..." [CTEST ARGUMENT...]
run_suites() {
  local build=$1 own driven
  # shellcheck disable=SC2086
  split_suites "$build" $2
  # Of two parts, one may have none of the cases that were asked for.
  local none=error
  if [[ ${#own[@]} -gt 0 && ${#driven[@]} -gt 0 && $# -gt 2 ]]; then none=ignore; fi
  set -- "--no-tests=$none" "${@:3}"
  if [[ ${#own[@]} -gt 0 ]]; then
    echo "Tests of the $build build: ${own[*]}"
    run_ctest "$build" "${own[*]}" "$@" || return
  fi
  if [[ ${#driven[@]} -gt 0 ]]; then
    echo "Tests of the $build build's executable: ${driven[*]}"
    NOTIFIER_TEST_BUILD="$PWD/build/$build" run_ctest asan "${driven[*]}" "$@"
  fi
}

# run_ctest BUILD "SUITE..." [CTEST ARGUMENT...]
run_ctest() {
  ctest --test-dir "build/$1" --parallel "$cases_at_once" --output-on-failure \
    --label-regex "^(${2// /|})\$" "${@:3}" || { show_failures "build/$1" && return 1; }
}

# show_failures FOLDER: of each test that failed in the last run, the end of what it printed. ctest has shown all of it, but in the
# middle of a long log, which may be cut there.
show_failures() {
  echo "The end of what each failed test printed:"
  awk -v most=15 '
    /^[0-9]+\/[0-9]+ Testing: / { name = substr($0, index($0, "Testing: ") + 9) }
    /^Output:$/ { lines = 0 }
    /^<end of output>$/ { ended = lines }
    { line[lines++] = $0 }
    /^Test Failed\.$/ {
      print "--- " name
      for (i = ended > most ? ended - most : 0; i < ended; i++) print line[i]
    }' "$1/Testing/Temporary/LastTest.log"
}

# The same seeds each time with the sanitizers; the release build has new ones, for hardly any time.
choose_seeds() {
  [[ $1 == release && -z ${NOTIFIER_SIMULATION_FIRST_SEED:-} ]] || return 0
  NOTIFIER_SIMULATION_FIRST_SEED=$(od -A n -N 4 -t u4 /dev/urandom | tr -d ' ')
  export NOTIFIER_SIMULATION_FIRST_SEED
  echo "NOTIFIER_SIMULATION_FIRST_SEED=$NOTIFIER_SIMULATION_FIRST_SEED repeats the simulation that follows."
}
