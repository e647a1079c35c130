#include "consumer/batched_call.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <expected>
#include <span>
#include <vector>

using notifier::Backoff;
using notifier::BatchedCall;
using notifier::Clock;
using notifier::RepositoryError;

namespace {

namespace asio = boost::asio;

using Doubling = BatchedCall<int, int>;

/// Runs everything on one thread, so that what gathers is determined by the order of calls alone.
struct Fixture {
  asio::io_context context{1};
  std::vector<std::size_t> batches;
  std::vector<int> answers;
  int failures_left = 0;

  std::unique_ptr<Clock> clock = notifier::make_steady_clock(context.get_executor());
  Doubling doubling{context.get_executor(),
                    context.get_executor(),
                    *clock,
                    Backoff{std::chrono::milliseconds{1}, std::chrono::milliseconds{2}},
                    {.batch_size = 4, .parallel_calls = 1},
                    [this](std::span<const int> requests) { return answer(requests); }};

  std::expected<std::vector<int>, RepositoryError> answer(std::span<const int> requests) {
    if (failures_left > 0) {
      --failures_left;
      return std::unexpected{RepositoryError{}};
    }
    batches.push_back(requests.size());
    std::vector<int> doubled;
    for (const int request : requests) doubled.push_back(2 * request);
    return doubled;
  }

  asio::awaitable<void> ask(int request) {
    const int answer = co_await doubling(request);
    CHECK(answer == 2 * request);
    answers.push_back(answer);
  }

  void ask_all(int count) {
    for (int request = 0; request < count; ++request) asio::co_spawn(context, ask(request), asio::detached);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "One request is a batch of its own") {
  ask_all(1);
  context.run();
  CHECK(batches == std::vector<std::size_t>{1});
  CHECK(answers == std::vector<int>{0});
}

TEST_CASE_METHOD(Fixture, "Requests gather up to the batch size while a call is under way, and all are answered") {
  ask_all(10);
  context.run();
  CHECK(answers.size() == 10);
  CHECK(batches == std::vector<std::size_t>{4, 4, 2});
}

TEST_CASE_METHOD(Fixture, "A batch whose call fails is repeated until it succeeds") {
  failures_left = 2;
  ask_all(3);
  context.run();
  CHECK(failures_left == 0);
  CHECK(batches == std::vector<std::size_t>{3});
  CHECK(answers.size() == 3);
}
