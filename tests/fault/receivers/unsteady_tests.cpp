#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/report.hpp"
#include "fault/receivers/unsteady_receiver.hpp"
#include "support/executables.hpp"
#include "support/notifier_process.hpp"
#include "support/sender_configuration.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned events_per_second = 20;
constexpr unsigned connections = 64;
constexpr unsigned failures_to_open = 10;

/// A receiver that is in trouble half of the time may be so, by chance, whenever one event comes: more often than the three
/// retries that are usual allow for.
constexpr unsigned max_retries = 8;

constexpr std::size_t lines_at_start = 30;
constexpr std::size_t lines_a_trouble = 20;  ///< the circuit's, mostly
constexpr std::size_t memory_allowed = 150'000'000;

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

/// Draws what the receiver does and for how long. The same seed draws the same.
class Fate {
 public:
  /// `pause` is that of the circuit: a receiver that is gone is so for some of them, and one that is back is found out after
  /// one.
  Fate(unsigned seed, milliseconds pause) : random_{seed}, pause_{pause} {}

  /// A while in which the receiver is well, and then a trouble. Each comes once before any comes again.
  void suffer(UnsteadyReceiver& receiver) {
    std::this_thread::sleep_for(between(pause_, 2 * pause_));
    const Conduct trouble = draw();
    const milliseconds duration = duration_of(trouble);
    std::cout << "  " << to_string(trouble) << " for " << duration.count() << " ms" << std::endl;
    receiver.change_to(trouble);
    std::this_thread::sleep_for(duration);
    receiver.change_to(Conduct::well);
  }

 private:
  Conduct draw() {
    if (to_come_.empty()) {
      to_come_ = {Conduct::failing,  Conduct::slow,   Conduct::trickling,
                  Conduct::refusing, Conduct::silent, Conduct::misnamed};
      std::ranges::shuffle(to_come_, random_);
    }
    const Conduct next = to_come_.back();
    to_come_.pop_back();
    return next;
  }

  milliseconds duration_of(Conduct trouble) {
    const bool is_gone = trouble == Conduct::refusing || trouble == Conduct::silent;
    if (is_gone) return between(2 * pause_, 4 * pause_);
    const bool is_slow = trouble == Conduct::slow || trouble == Conduct::trickling;
    return is_slow ? between(seconds{8}, seconds{16}) : between(seconds{4}, seconds{8});
  }

  milliseconds between(milliseconds shortest, milliseconds longest) {
    return milliseconds{std::uniform_int_distribution{shortest.count(), longest.count()}(random_)};
  }

  std::mt19937 random_;
  milliseconds pause_;
  std::vector<Conduct> to_come_;
};

std::string configuration_for(const UnsteadyReceiver& receiver, milliseconds pause) {
  return "[senders.unsteady]\ntype = \"webhook\"\nurl = \"" + receiver.url() + "\"\nca-file = \"" + receiver.ca_file() +
         "\"\nallow = [\"127.0.0.0/8\", \"::1/128\"]\nsecrets = [\"whsec_bm90aWZpZXItdGVzdC1zZWNyZXQtMDEy\"]\npause = \"" +
         std::to_string(pause.count()) + "ms\"\n\n" + route_table("only", "unsteady");
}

/// A line for each answer with 200, as the mock's record has them. Repeated ones are alike.
std::vector<std::string> sends_to(const UnsteadyReceiver& receiver) {
  std::vector<std::string> sends;
  for (const auto& [id, times] : receiver.taken()) sends.insert(sends.end(), times, id + " 1");
  return sends;
}

std::size_t failed_attempts(const Holdings& holdings) {
  std::size_t failed = 0;
  for (const auto& [id, attempts] : holdings.attempts) failed += attempts - (holdings.statuses.at(id) == "SENT" ? 1 : 0);
  return failed;
}

std::size_t most_attempts(const Holdings& holdings) {
  std::size_t most = 0;
  for (const auto& [id, attempts] : holdings.attempts) most = std::max(most, std::size_t{attempts});
  return most;
}

}  // namespace

// For a longer run by hand, set NOTIFIER_RECEIVER_SECONDS, for example to 3600, and NOTIFIER_RECEIVER_SEED.
TEST_CASE("#3 #4 A receiver that is deployed, slow and gone in turn gets every webhook once") {
  const seconds time{number_from("NOTIFIER_RECEIVER_SECONDS", 60)};
  const unsigned seed = number_from("NOTIFIER_RECEIVER_SEED", std::random_device{}());
  const milliseconds pause = std::clamp<milliseconds>(time / 60, seconds{1}, seconds{30});
  std::cout << "NOTIFIER_RECEIVER_SEED=" << seed << " NOTIFIER_RECEIVER_SECONDS=" << time.count() << std::endl;

  UnsteadyReceiver receiver;
  const SenderConfiguration configuration{configuration_for(receiver, pause)};
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{configuration.arguments("consume"),
                          configuration.settings(servers.settings(
                              {{"RETRY_DELAYS", "1s,5s,30s"}, {"MAX_RETRIES", std::to_string(max_retries)}}))};
  ReadinessWatch readiness{consume.port()};
  readiness.await_ready();
  Load load{api.port(), {.events_per_second = events_per_second}};
  Fate fate{seed, pause};
  std::size_t troubles = 0;
  const auto begin = Clock::now();
  while (Clock::now() < begin + time) {
    fate.suffer(receiver);
    ++troubles;
  }
  // One for each pause, answered or not.
  const auto tries_of_the_circuit = static_cast<std::size_t>((Clock::now() - begin) / pause) + 1;

  Holdings holdings;
  const Account account = account_for(load.stop(), [&] {
    holdings = holdings_of(servers);
    holdings.sends = sends_to(receiver);
    return holdings;
  });
  report(account);
  const std::size_t failed = failed_attempts(holdings);
  const std::size_t other_lines = lines_with("", consume.output()) - account.sent - failed;
  std::cout << troubles << " troubles, " << failed << " failed attempts, " << most_attempts(holdings)
            << " of one event at most, " << other_lines << " lines of log beside those of attempts, at most "
            << consume.peak_resident_bytes() / 1024 << " KiB" << std::endl;
  INFO("seed " << seed);
  CHECK(account.balances());
  CHECK(account.dead == 0);
  CHECK(account.resent == 0);
  CHECK(failed <= troubles * (failures_to_open + connections) + tries_of_the_circuit);
  CHECK(other_lines <= lines_at_start + troubles * lines_a_trouble);
  CHECK(readiness.failed_liveness_checks() == 0);
  CHECK(readiness.failed_readiness_checks() == 0);
  if (!have_sanitizers()) CHECK(consume.peak_resident_bytes() <= memory_allowed);
}
