#include <array>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/free_port.hpp"
#include "support/http_receiver.hpp"
#include "support/notifier_process.hpp"
#include "support/sender_configuration.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using namespace std::chrono_literals;

namespace {

constexpr unsigned webhook_kills = 10;
constexpr std::size_t webhooks_between_kills = 100;
constexpr std::size_t webhooks_at_once = 20;

/// Enough under way at any moment that a kill hits something, and retries enough for a receiver that fails half of the time.
const Environment busy_with_webhooks{{"SEND_DEADLINE", "2s"},
                                     {"SEND_CONCURRENCY", std::to_string(webhooks_at_once)},
                                     {"PREFETCH", "100"},
                                     {"MAX_RETRIES", "100"}};

/// Two systems that are told of every event: one that always answers, and one that fails now and then.
class Systems {
 public:
  Systems() { steady_.answer_with({.delay = 20ms}); }

  [[nodiscard]] Environment settings(Environment changes) const { return configuration_.settings(std::move(changes)); }

  [[nodiscard]] std::vector<std::string> arguments(const std::string& command) const {
    return configuration_.arguments(command);
  }

  /// Waits until the one that always answers was told of `more` events from now on. False if that took too long.
  [[nodiscard]] bool await_sends(std::size_t more) const {
    const std::size_t before = steady_.requests().size();
    return wait_until([&] { return steady_.requests().size() >= before + more; });
  }

  /// From now on the other one fails, in the way of that number, or works again.
  void fail(unsigned way) {
    const std::array<ReceiverAnswer, 3> ways{ReceiverAnswer{.status = 503},
                                             ReceiverAnswer{.status = 429, .headers = {{"Retry-After", "1"}}},
                                             ReceiverAnswer{.fault = ReceiverAnswer::Fault::reset}};
    failing_.answer_with(ways.at(way % ways.size()));
  }
  void recover() { failing_.answer_with({}); }

  /// A line for each request that was answered with 200, as the mock's record has them. Repeated ones are alike.
  [[nodiscard]] std::vector<std::string> sends() const {
    std::vector<std::string> sends;
    for (const HttpReceiver* receiver : {&steady_, &failing_})
      for (const ReceivedRequest& request : receiver->requests())
        if (request.answer == 200) sends.push_back(request.headers.at("webhook-id") + " 1");
    return sends;
  }

 private:
  HttpReceiver steady_;
  HttpReceiver failing_;
  SenderConfiguration configuration_{webhook_table("steady", steady_) +
                                     webhook_table("failing", failing_, "pause = \"500ms\"\n") +
                                     route_table("first", "steady") + route_table("second", "failing")};
};

/// Kills a process under load and starts it anew, with one of the systems failing every other time.
void kill_again_and_again(std::optional<NotifierProcess>& process, const std::function<void()>& start, Systems& systems) {
  for (unsigned i = 0; i < webhook_kills; ++i) {
    if (i % 2 == 0) systems.fail(i / 2);
    REQUIRE(systems.await_sends(webhooks_between_kills));
    process->signal(SIGKILL);
    REQUIRE(process->wait_for_exit() == -SIGKILL);
    if (i % 2 == 1) systems.recover();
    start();
  }
}

/// What clients were promised, as notifications: two for each event.
Ledger doubled(Ledger ledger) {
  std::set<std::string> further;
  for (const std::string& id : ledger.accepted) further.insert(id + "/second");
  ledger.accepted.merge(further);
  ledger.indeterminate *= 2;
  return ledger;
}

/// Accounts with the systems as the witness of what was sent.
void check_that_all_arrived(Ledger ledger, const Systems& systems, const std::function<Holdings()>& look) {
  const Account account = account_for(doubled(std::move(ledger)), [&] {
    Holdings holdings = look();
    holdings.sends = systems.sends();
    return holdings;
  });
  report(account);
  CHECK(account.balances());
  CHECK(account.sent == account.accepted);
  CHECK(account.resent <= webhook_kills * webhooks_at_once);
}

}  // namespace

TEST_CASE("#2 Webhooks of a consumer that is killed ten times under load all arrive, where the receiver fails too") {
  const RealServers servers;
  Systems systems;
  NotifierProcess api{{"api"}, servers.settings()};
  std::optional<NotifierProcess> consume;
  const auto start = [&] {
    consume.emplace(systems.arguments("consume"), systems.settings(servers.settings(busy_with_webhooks)));
  };
  start();
  Load load{api.port(), {.events_per_second = 200}};
  kill_again_and_again(consume, start, systems);
  check_that_all_arrived(load.stop(), systems, [&] { return holdings_of(servers); });
}

TEST_CASE("#1 #2 Webhooks of the embedded default, killed ten times under load, all arrive, where the receiver fails too") {
  const TemporaryFolder folder;
  Systems systems;
  const std::uint16_t port = free_port();
  Environment settings = systems.settings(embedded_settings(folder, busy_with_webhooks));
  settings["API_PORT"] = std::to_string(port);
  std::optional<NotifierProcess> all;
  const auto start = [&] { all.emplace(systems.arguments("all"), settings); };
  start();
  Load load{port, {.events_per_second = 200}};
  kill_again_and_again(all, start, systems);
  check_that_all_arrived(load.stop(), systems, [&] { return holdings_of(folder); });
}
