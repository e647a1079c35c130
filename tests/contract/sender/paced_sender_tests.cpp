#include "senders/paced_sender.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <variant>

#include "contract/sender/send_results.hpp"
#include "contract/sender/senders_under_test.hpp"
#include "contract/sender/sending.hpp"

// Pacing in front of the senders that keep connections: what it may promise of them together.

namespace notifier::testing {
namespace {

constexpr int failures_to_open = 3;
constexpr int few_connections = 4;

template <typename Fixture>
class PacedFixture final : public Fixture {
 public:
  [[nodiscard]] std::unique_ptr<Sender> make(boost::asio::any_io_executor executor) override {
    return make_paced_sender(executor, Fixture::make(executor), {.failures_to_open = failures_to_open}, "peer",
                             std::chrono::minutes{10})
        .sender;
  }
};

bool has_failed_transiently(const SendResult& result) { return std::holds_alternative<TransientFailure>(result); }
bool was_deferred(const SendResult& result) { return std::holds_alternative<Deferred>(result); }

void send_nowhere(SmtpSettings& settings) {
  settings.host = "127.0.0.1";
  settings.port = 1;
}

void send_nowhere(WebhookSettings& settings) { settings.url = "http://127.0.0.1:1/"; }

TEMPLATE_LIST_TEST_CASE("A peer that is gone fails those under way when its circuit opens, and none that waits", "[sender]",
                        SendersWithPeers) {
  PacedFixture<TestType> fixture;
  fixture.settings.connections = few_connections;
  send_nowhere(fixture.settings);
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 200));
  REQUIRE(sending.wait_for_all());
  const auto failed = std::ranges::count_if(sending.results(), has_failed_transiently);
  CHECK(failed >= failures_to_open);
  CHECK(failed < failures_to_open + few_connections);
}

TEMPLATE_LIST_TEST_CASE("What waits for a connection behind pacing is sent in its turn", "[sender]", SendersWithPeers) {
  PacedFixture<TestType> fixture;
  fixture.settings.connections = few_connections;
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 10 * few_connections));
  REQUIRE(sending.wait_for_all());
  CHECK(
      std::ranges::all_of(sending.results(), [](const SendResult& result) { return std::holds_alternative<Sent>(result); }));
  CHECK(fixture.received().size() == 10 * few_connections);
}

TEMPLATE_LIST_TEST_CASE("A send that finds no connection free in time was not attempted", "[sender]", SendersWithPeers) {
  PacedFixture<TestType> fixture;
  fixture.settings.connections = few_connections;
  fixture.hang();
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 100), std::chrono::milliseconds{1000});
  REQUIRE(sending.wait_for_all());
  const auto results = sending.results();
  CHECK(std::ranges::count_if(results, has_failed_transiently) == few_connections);
  CHECK(std::ranges::count_if(results, was_deferred) == 100 - few_connections);
}

}  // namespace
}  // namespace notifier::testing
