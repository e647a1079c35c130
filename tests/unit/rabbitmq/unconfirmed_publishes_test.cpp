#include "broker/rabbitmq/unconfirmed_publishes.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

using namespace notifier::rabbitmq;
using namespace std::chrono_literals;
using notifier::PublishError;

namespace {

constexpr Route main_route{.exchange = "", .routing_key = "notification_events"};
constexpr Route delay_route{.exchange = "retry_exchange", .routing_key = "retry.1000"};

/// Publishes numbered as the broker counts them, and what they were answered.
class Publishes {
 public:
  void add(std::uint64_t number, Route route = main_route, std::string message_id = "e1", Clock::duration deadline = 5s) {
    unconfirmed.add(number, {.route = route,
                             .message_id = std::move(message_id),
                             .deadline = start + deadline,
                             .handler = [this, number](auto result) { answers.emplace(number, result); }});
  }

  [[nodiscard]] bool is_confirmed(std::uint64_t number) const { return answers.count(number) == 1 && answers.at(number); }

  [[nodiscard]] std::optional<PublishError> error(std::uint64_t number) const {
    if (!answers.contains(number) || answers.at(number)) return std::nullopt;
    return answers.at(number).error();
  }

  UnconfirmedPublishes unconfirmed;
  std::map<std::uint64_t, std::expected<void, PublishError>> answers;
  Clock::time_point start = Clock::now();
};

}  // namespace

TEST_CASE("An ack answers one publish, or all up to it") {
  Publishes publishes;
  for (const std::uint64_t number : {1U, 2U, 3U, 4U}) publishes.add(number);
  CHECK(publishes.unconfirmed.ack(3, false) == Confirm::confirmed);
  CHECK(publishes.answers.size() == 1);
  CHECK(publishes.is_confirmed(3));
  CHECK(publishes.unconfirmed.ack(3, true) == Confirm::confirmed);
  CHECK(publishes.answers.size() == 3);
  CHECK(publishes.is_confirmed(1));
  CHECK(publishes.is_confirmed(2));
  CHECK(publishes.unconfirmed.size() == 1);
}

TEST_CASE("A nack is a refusal") {
  Publishes publishes;
  publishes.add(1);
  CHECK(publishes.unconfirmed.nack(1, false) == Confirm::refused);
  CHECK(publishes.error(1) == PublishError::refused);
}

TEST_CASE("A return cancels the ack that follows it, for every publish that it may mean and no other") {
  Publishes publishes;
  publishes.add(1);
  publishes.add(2);
  publishes.add(3, main_route, "e2");
  publishes.add(4, delay_route);
  publishes.unconfirmed.mark_returned("", "notification_events", "e1");
  publishes.add(5);
  CHECK(publishes.answers.empty());
  CHECK(publishes.unconfirmed.ack(5, true) == Confirm::refused);
  CHECK(publishes.error(1) == PublishError::refused);
  CHECK(publishes.error(2) == PublishError::refused);
  CHECK(publishes.is_confirmed(3));
  CHECK(publishes.is_confirmed(4));
  CHECK(publishes.is_confirmed(5));
}

TEST_CASE("A publish without a confirm in time is answered once, and its late ack is ignored") {
  Publishes publishes;
  publishes.add(1, main_route, "e1", 1s);
  publishes.add(2, main_route, "e2", 2s);
  CHECK(publishes.unconfirmed.earliest_deadline() == publishes.start + 1s);
  publishes.unconfirmed.answer_overdue(publishes.start + 1s);
  CHECK(publishes.error(1) == PublishError::unconfirmed);
  CHECK(publishes.answers.size() == 1);
  CHECK(publishes.unconfirmed.ack(1, false) == Confirm::nothing);
  publishes.unconfirmed.ack(2, true);
  CHECK(publishes.error(1) == PublishError::unconfirmed);
  CHECK(publishes.is_confirmed(2));
  CHECK(publishes.unconfirmed.earliest_deadline() == std::nullopt);
}

TEST_CASE("When the connection is lost, whatever it had not confirmed is unknown") {
  Publishes publishes;
  publishes.add(1);
  publishes.add(2);
  publishes.unconfirmed.answer_all();
  CHECK(publishes.error(1) == PublishError::unconfirmed);
  CHECK(publishes.error(2) == PublishError::unconfirmed);
  CHECK(publishes.unconfirmed.size() == 0);
}
