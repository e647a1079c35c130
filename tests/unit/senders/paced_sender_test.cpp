#include "senders/paced_sender.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace notifier;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;

namespace {

namespace asio = boost::asio;

/// What the provider was asked, and the answers that are due.
struct Provider {
  unsigned most_at_a_time = 0;
  std::vector<std::string> sent;
  std::vector<std::chrono::milliseconds> deadlines;
  std::deque<SendHandler> unanswered;
};

class HeldSender final : public Sender {
 public:
  explicit HeldSender(Provider& provider) : provider_{provider} {}

  void send(Notification notification, std::chrono::milliseconds deadline, SendHandler handler) override {
    provider_.sent.push_back(notification.id);
    provider_.deadlines.push_back(deadline);
    provider_.unanswered.push_back(std::move(handler));
  }

  [[nodiscard]] unsigned most_at_a_time() const override { return provider_.most_at_a_time; }

 private:
  Provider& provider_;
};

/// A paced sender, and the answers that its callers have got.
class Paced {
 public:
  explicit Paced(const PacingSettings& pacing, unsigned most_at_a_time = 0)
      : provider{.most_at_a_time = most_at_a_time},
        paced_{make_paced_sender(context_.get_executor(), std::make_unique<HeldSender>(provider), pacing, "crm", 10min)} {}

  void send(const std::string& id, std::chrono::milliseconds deadline = 10s) {
    Notification notification;
    notification.id = id;
    paced_.sender->send(std::move(notification), deadline,
                        [this](SendResult result) { answers.push_back(std::move(result)); });
  }

  /// Answers the oldest send that is under way.
  void answer(SendResult result) {
    SendHandler handler = std::move(provider.unanswered.front());
    provider.unanswered.pop_front();
    handler(std::move(result));
  }

  /// Runs what is due now.
  void turn() {
    context_.restart();
    context_.poll();
  }

  /// Runs all that waits for its time.
  void run() {
    context_.restart();
    context_.run();
  }

  [[nodiscard]] std::string_view circuit() const { return to_string(paced_.circuit().state); }
  [[nodiscard]] std::function<CircuitReport()> circuit_probe() const { return paced_.circuit; }

  [[nodiscard]] std::size_t deferred() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(answers, [](const SendResult& answer) { return std::holds_alternative<Deferred>(answer); }));
  }

  Provider provider;
  std::vector<SendResult> answers;

 private:
  asio::io_context context_{1};
  PacedSender paced_;
};

PacingSettings without_limits() { return {.failures_to_open = 0}; }

}  // namespace

TEST_CASE("Without limits all sends go through at once, and their answers come back") {
  Paced paced{without_limits()};
  for (int i = 0; i < 300; ++i) paced.send("notif-" + std::to_string(i));
  REQUIRE(paced.provider.sent.size() == 300);
  CHECK(paced.provider.sent.front() == "notif-0");
  CHECK(paced.provider.deadlines.front() > 9s);
  paced.answer(Sent{});
  paced.answer(TransientFailure{.error = "busy"});
  paced.answer(PermanentFailure{"gone"});
  paced.answer(Deferred{"later", 1s});
  REQUIRE(paced.answers.size() == 4);
  CHECK(std::holds_alternative<Sent>(paced.answers[0]));
  CHECK(std::get<TransientFailure>(paced.answers[1]).error == "busy");
  CHECK(std::get<PermanentFailure>(paced.answers[2]).error == "gone");
  CHECK(std::get<Deferred>(paced.answers[3]).reason == "later");
}

TEST_CASE("A send beyond the concurrency limit waits for one that ends") {
  PacingSettings pacing = without_limits();
  pacing.concurrency = 2;
  Paced paced{pacing};
  for (const char* id : {"a", "b", "c", "d"}) paced.send(id);
  paced.turn();
  CHECK(paced.provider.sent == std::vector<std::string>{"a", "b"});
  paced.answer(Sent{});
  CHECK(paced.provider.sent == std::vector<std::string>{"a", "b", "c"});
  paced.answer(TransientFailure{.error = "busy"});
  CHECK(paced.provider.sent == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(paced.deferred() == 0);
}

TEST_CASE("A send that has waited for its place in vain is not attempted") {
  PacingSettings pacing = without_limits();
  pacing.concurrency = 1;
  Paced paced{pacing};
  paced.send("a");
  paced.send("b", 100ms);
  paced.send("c", 100ms);
  paced.run();
  CHECK(paced.provider.sent == std::vector<std::string>{"a"});
  REQUIRE(paced.deferred() == 2);
  CHECK(std::get<Deferred>(paced.answers.front()).reason == "crm takes no more than 1 at a time");
  paced.answer(Sent{});
  paced.send("d");
  CHECK(paced.provider.sent == std::vector<std::string>{"a", "d"});
}

TEST_CASE("Only so many wait for a place") {
  PacingSettings pacing = without_limits();
  pacing.concurrency = 1;
  Paced paced{pacing};
  for (int i = 0; i < 111; ++i) paced.send("notif-" + std::to_string(i));
  CHECK(paced.answers.empty());
  paced.turn();
  CHECK(paced.deferred() == 10);
}

TEST_CASE("Sends that the concurrency limit puts off are told to come one after the other") {
  PacingSettings pacing = without_limits();
  pacing.concurrency = 1;
  Paced paced{pacing};
  paced.send("a");
  paced.send("b", 4s);
  paced.run();  // until the patience of b is over, a second later: longer than this test may be kept from going on
  paced.answer(Sent{});
  paced.answers.clear();
  for (int i = 0; i < 111; ++i) paced.send("notif-" + std::to_string(i));
  paced.turn();
  REQUIRE(paced.deferred() == 10);
  const auto told = [&](std::size_t i) { return std::get<Deferred>(paced.answers[i]).retry_after; };
  for (std::size_t i = 1; i < 10; ++i) CHECK(told(i) > told(i - 1));
}

TEST_CASE("The longer no send ends, the later those that are deferred are told to come") {
  PacingSettings pacing = without_limits();
  pacing.concurrency = 1;
  Paced paced{pacing};
  paced.send("hangs");
  const auto hanging_since = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto hangs_for = std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - hanging_since);
    paced.send("waits", 400ms);
    paced.run();  // until its patience is over, a tenth of a second later
    REQUIRE(paced.deferred() == i + 1);
    CHECK(std::get<Deferred>(paced.answers[i]).retry_after >= hangs_for + 100ms);
  }
}

TEST_CASE(
    "A send that comes shortly before its turn waits for it, and one whose turn is far away is told when it would be") {
  PacingSettings pacing = without_limits();
  pacing.rate = 5;
  Paced paced{pacing};
  constexpr std::size_t sends = 30;
  for (std::size_t i = 0; i < sends; ++i) paced.send("notif-" + std::to_string(i));
  paced.turn();
  CHECK(paced.provider.sent.front() == "notif-0");
  REQUIRE(paced.deferred() > 0);
  CHECK(std::get<Deferred>(paced.answers[0]).reason == "crm takes no more than 5 a second");
  CHECK(std::get<Deferred>(paced.answers[0]).retry_after > 1s);
  paced.run();
  CHECK(paced.provider.sent.size() + paced.deferred() == sends);
  REQUIRE(paced.provider.sent.size() > 5);
  CHECK(paced.provider.deadlines[1] < 10s);
}

TEST_CASE("A send with little time does not wait long for its turn") {
  PacingSettings pacing = without_limits();
  pacing.rate = 2;
  Paced paced{pacing};
  paced.send("a", 200ms);
  paced.send("b", 200ms);
  paced.turn();
  CHECK(paced.provider.sent == std::vector<std::string>{"a"});
  CHECK(paced.deferred() == 1);
}

TEST_CASE("While a destination only fails nothing is attempted, and after the pause one send is") {
  Paced paced{{.failures_to_open = 2, .pause = 500ms}};
  CHECK(paced.circuit() == "closed");
  paced.send("a");
  paced.send("b");
  paced.send("begun before");
  paced.answer(TransientFailure{.error = "busy"});
  paced.answer(TransientFailure{.error = "busy"});
  CHECK(paced.circuit() == "open");
  paced.send("c");
  paced.turn();
  CHECK(paced.provider.sent.size() == 3);
  REQUIRE(paced.deferred() == 1);
  const auto& refusal = std::get<Deferred>(paced.answers.back());
  const std::string moment = R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)";
  CHECK_THAT(refusal.reason, Matches("crm has failed 2 times in a row since " + moment +
                                     R"( \(last: busy\): nothing is sent to it until )" + moment));
  CHECK(refusal.retry_after > 0ms);
  CHECK(refusal.retry_after <= 550ms);
  paced.answer(TransientFailure{.error = "begun before"});

  asio::io_context time{1};
  asio::steady_timer pause{time, 500ms};
  pause.async_wait([](boost::system::error_code) {});
  time.run();
  paced.send("try");
  paced.send("d");
  paced.turn();
  CHECK(paced.circuit() == "half-open");
  CHECK(paced.provider.sent.back() == "try");
  CHECK(paced.deferred() == 2);
  SECTION("it fails") {
    paced.answer(TransientFailure{.error = "busy"});
    CHECK(paced.circuit() == "open");
  }
  SECTION("it is sent") {
    paced.answer(Sent{});
    CHECK(paced.circuit() == "closed");
    paced.send("e");
    CHECK(paced.provider.sent.back() == "e");
  }
  SECTION("it is refused for good, which is a sign of life") {
    paced.answer(PermanentFailure{"no such address"});
    CHECK(paced.circuit() == "closed");
  }
  SECTION("it was not attempted, which tells nothing") {
    paced.answer(Deferred{"later", 1s});
    CHECK(paced.circuit() == "half-open");
  }
}

TEST_CASE("What a destination refuses for now because of what it was is a sign of life") {
  PacingSettings pacing;
  pacing.failures_to_open = 2;
  Paced paced{pacing};
  for (const char* id : {"a", "b", "c", "d"}) paced.send(id);
  paced.answer(TransientFailure{.error = "busy"});
  paced.answer(TransientFailure{.error = "what is this", .concerns_destination = false});
  paced.answer(TransientFailure{.error = "busy"});
  CHECK(paced.circuit() == "closed");
  paced.answer(TransientFailure{.error = "busy"});
  CHECK(paced.circuit() == "open");
}

TEST_CASE("A refusal that did not come from the destination says nothing about it") {
  PacingSettings pacing;
  pacing.failures_to_open = 2;
  Paced paced{pacing};
  for (const char* id : {"a", "b", "c"}) paced.send(id);
  paced.answer(TransientFailure{.error = "busy"});
  paced.answer(PermanentFailure{.error = "no address", .answered = false});
  paced.answer(TransientFailure{.error = "busy"});
  CHECK(paced.circuit() == "open");
}

TEST_CASE("Sends that wait when the circuit opens are not attempted") {
  Paced paced{{.concurrency = 1, .failures_to_open = 1}};
  for (const char* id : {"a", "b", "c"}) paced.send(id);
  paced.answer(TransientFailure{.error = "busy"});
  paced.turn();
  CHECK(paced.provider.sent == std::vector<std::string>{"a"});
  CHECK(paced.deferred() == 2);
}

TEST_CASE("Of sends that the sender has no connection for when the circuit opens, none is attempted") {
  Paced paced{{.failures_to_open = 3}, 2};
  for (int i = 0; i < 500; ++i) paced.send("notif-" + std::to_string(i));
  paced.turn();
  CHECK(paced.provider.sent.size() == 2);
  CHECK(paced.answers.empty());
  while (!paced.provider.unanswered.empty()) paced.answer(TransientFailure{.error = "refused"});
  paced.turn();
  CHECK(paced.provider.sent.size() == 4);
  CHECK(paced.deferred() == 496);
}

TEST_CASE("So many wait for a connection, and further ones are told when to come again") {
  constexpr std::size_t room = 10'000;
  Paced paced{without_limits(), 1};
  for (std::size_t i = 0; i < 1 + room + 3; ++i) paced.send("notif-" + std::to_string(i));
  paced.turn();
  CHECK(paced.provider.sent.size() == 1);
  CHECK(paced.deferred() == 3);
}

TEST_CASE("A limit of one's own and that of the sender's connections hold both") {
  PacingSettings pacing = without_limits();
  pacing.concurrency = GENERATE(2U, 5U);
  Paced paced{pacing, 7 - pacing.concurrency};
  for (int i = 0; i < 10; ++i) paced.send("notif-" + std::to_string(i));
  CHECK(paced.provider.sent.size() == 2);
}

TEST_CASE("While a circuit is not closed it is told how often and since when its destination fails, and when it is tried") {
  const auto begin = std::chrono::system_clock::now();
  Paced paced{{.failures_to_open = 2, .pause = 1h}};
  for (const char* id : {"a", "b", "c", "d"}) paced.send(id);
  paced.answer(TransientFailure{.error = "busy"});
  paced.answer(Sent{});
  CHECK_FALSE(paced.circuit_probe()().open_circuit);
  paced.answer(TransientFailure{.error = "busy"});
  paced.answer(TransientFailure{.error = "gone"});
  const auto open_circuit = paced.circuit_probe()().open_circuit;
  REQUIRE(open_circuit);
  CHECK(open_circuit->failures == 2);
  CHECK(open_circuit->since >= begin);
  CHECK(open_circuit->next_try >= begin + 1h);
  CHECK(open_circuit->next_try <= std::chrono::system_clock::now() + 1h);
  paced.send("e");
  paced.turn();
  CHECK_THAT(std::get<Deferred>(paced.answers.back()).reason,
             ContainsSubstring(" (last: gone): nothing is sent to it until "));
}

TEST_CASE("The state of a circuit can be asked for when its sender is gone") {
  std::function<CircuitReport()> circuit;
  {
    Paced paced{{.failures_to_open = 1}};
    circuit = paced.circuit_probe();
    paced.send("a");
    paced.answer(TransientFailure{.error = "busy"});
  }
  CHECK(circuit().state == CircuitState::open);
}
