#include "broker/rabbitmq/request_queue.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <optional>
#include <string>

using namespace notifier::rabbitmq;
using namespace std::chrono_literals;
using notifier::PublishError;

namespace {

class Requests {
 public:
  void publish(std::string body = "{}", Clock::duration deadline = 5s) {
    queue.add(PublishRequest{
        .message = {.body = std::move(body)}, .route = {}, .deadline = start + deadline, .handler = [this](auto result) {
          answers.push_back(result.error());
        }});
  }

  WakeUp wake_up;
  RequestQueue queue{wake_up};
  std::vector<PublishError> answers;
  Clock::time_point start = Clock::now();
};

}  // namespace

TEST_CASE("A shut queue takes nothing and gives back what waited") {
  Requests requests;
  requests.publish();
  CHECK(requests.answers == std::vector{PublishError::unavailable});
  requests.queue.open();
  requests.publish();
  bool counted = false;
  std::optional<std::uint64_t> count = 1;
  requests.queue.add(CountRequest{.deadline = requests.start + 5s, .handler = [&](auto answer) {
                                    counted = true;
                                    count = answer;
                                  }});
  CHECK(requests.answers.size() == 1);
  requests.queue.shut();
  CHECK(requests.answers.size() == 2);
  CHECK(counted);
  CHECK(count == std::nullopt);
  CHECK(requests.queue.take_publishes(10).empty());
}

TEST_CASE("A full queue is overloaded, by number or by bytes, until something was taken") {
  Requests requests;
  requests.queue.open();
  SECTION("number") {
    for (int i = 0; i < 10'000; ++i) requests.publish();
  }
  SECTION("bytes") {
    for (int i = 0; i < 4; ++i) requests.publish(std::string(16 * 1024 * 1024, 'x'));
  }
  CHECK(requests.answers.empty());
  requests.publish();
  CHECK(requests.answers == std::vector{PublishError::overloaded});
  CHECK(requests.queue.take_publishes(1).size() == 1);
  requests.publish();
  CHECK(requests.answers.size() == 1);
  requests.queue.shut();
}

TEST_CASE("A message larger than the queue may be is taken when no other waits") {
  Requests requests;
  requests.queue.open();
  requests.publish();
  requests.publish(std::string(64 * 1024 * 1024 + 1, 'x'));
  CHECK(requests.answers == std::vector{PublishError::overloaded});
  CHECK(requests.queue.take_publishes(1).size() == 1);
  requests.publish(std::string(64 * 1024 * 1024 + 1, 'x'));
  CHECK(requests.answers.size() == 1);
  requests.publish();
  CHECK(requests.answers.size() == 2);
  requests.queue.shut();
}

TEST_CASE("What has waited too long is given back, the rest waits on") {
  Requests requests;
  requests.queue.open();
  requests.publish("{}", 1s);
  requests.publish("{}", 2s);
  CHECK(requests.queue.earliest_deadline() == requests.start + 1s);
  requests.queue.answer_overdue(requests.start + 1s);
  CHECK(requests.answers == std::vector{PublishError::unavailable});
  CHECK(requests.queue.take_publishes(10).size() == 1);
  CHECK(requests.queue.earliest_deadline() == std::nullopt);
}
