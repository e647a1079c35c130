#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/backoff.hpp"
#include "consumer/clock.hpp"
#include "consumer/from_callback.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

/// Gathers requests of many coroutines into few blocking calls of the repository.
///
/// A request that finds a free place among the parallel calls goes at once, with whatever else came in the same turn of the
/// executor; while all places are taken, requests gather and go together. So batches are small when there is little to do
/// and grow with the load, without a timer. When a call fails, its batch is repeated until it succeeds, with waits from a
/// copy of `backoff`: an outage suspends those who wait and loses nothing. A request that fails although the database is
/// healthy waits likewise, but holds no place meanwhile.
///
/// All members belong to `executor`, which must run on one thread and is the clock's; `call` runs on `blocking`.
template <typename Request, typename Value>
class BatchedCall {
 public:
  /// `invalid_data`, or any other error of a request that failed again and again while others succeeded.
  using Answer = std::expected<Value, RepositoryError>;

  /// One answer for each request, in their order, or what keeps all of them from being answered. What it changes in a
  /// request is kept when the request is repeated.
  using Call = std::function<std::expected<std::vector<Answer>, RepositoryError>(std::span<Request>)>;

  struct Limits {
    std::size_t batch_size;
    unsigned parallel_calls;
    /// How often in a row a request fails, while others succeed, before the error becomes its answer.
    unsigned failures = std::numeric_limits<unsigned>::max();
  };

  BatchedCall(boost::asio::any_io_executor executor, boost::asio::any_io_executor blocking, Clock& clock, Backoff backoff,
              Limits limits, Call call)
      : executor_{std::move(executor)},
        blocking_{std::move(blocking)},
        clock_{clock},
        backoff_{backoff},
        limits_{limits},
        call_{std::move(call)} {}

  /// Completes with the answer to `request`, which is borrowed until then: it is moved away and back, not copied.
  [[nodiscard]] boost::asio::awaitable<Answer> operator()(Request& request) {
    return from_callback<Answer>([this, &request](auto handler) {
      Caller caller{.request = &request, .handler = std::move(handler)};
      add(std::move(request), std::move(caller));
    });
  }

 private:
  struct Caller {
    Request* request;
    std::move_only_function<void(Answer)> handler;
    unsigned failures = 0;                  ///< in a row, while the database was healthy
    std::uint64_t successes_of_others = 0;  ///< all that there had been when it first failed
    std::optional<Backoff> backoff;         ///< once it has failed
  };

  struct Batch {
    std::vector<Request> requests;
    std::vector<Caller> callers;
    Backoff backoff;
  };

  void add(Request request, Caller caller) {
    waiting_callers_.push_back(std::move(caller));
    waiting_requests_.push_back(std::move(request));
    schedule();
  }

  void schedule() {
    if (scheduled_ || running_ == limits_.parallel_calls || waiting_requests_.empty()) return;
    scheduled_ = true;
    boost::asio::post(executor_, [this] {
      scheduled_ = false;
      while (running_ < limits_.parallel_calls && !waiting_requests_.empty()) {
        ++running_;
        run(take_batch());
      }
    });
  }

  Batch take_batch() {
    const auto size = static_cast<std::ptrdiff_t>(std::min(limits_.batch_size, waiting_requests_.size()));
    Batch batch{.requests = {}, .callers = {}, .backoff = backoff_};
    batch.requests.assign(std::move_iterator{waiting_requests_.begin()},
                          std::move_iterator{waiting_requests_.begin() + size});
    batch.callers.assign(std::move_iterator{waiting_callers_.begin()}, std::move_iterator{waiting_callers_.begin() + size});
    waiting_requests_.erase(waiting_requests_.begin(), waiting_requests_.begin() + size);
    waiting_callers_.erase(waiting_callers_.begin(), waiting_callers_.begin() + size);
    return batch;
  }

  void run(Batch batch) {
    boost::asio::post(blocking_, [this, batch = std::move(batch)]() mutable {
      auto answers = call_(batch.requests);
      boost::asio::post(executor_, [this, batch = std::move(batch), answers = std::move(answers)]() mutable {
        if (answers) {
          finish(std::move(batch), std::move(*answers));
        } else {
          run_later(std::move(batch));
        }
      });
    });
  }

  void run_later(Batch batch) {
    for (Caller& caller : batch.callers) caller.failures = 0;
    const std::chrono::milliseconds pause = batch.backoff.next();
    clock_.call_after(pause, [this, batch = std::move(batch)]() mutable { run(std::move(batch)); });
  }

  void finish(Batch batch, std::vector<Answer> answers) {
    --running_;
    schedule();
    successes_ += static_cast<std::uint64_t>(std::ranges::count_if(answers, &Answer::has_value));
    for (std::size_t i = 0; i < answers.size(); ++i) {
      Caller& caller = batch.callers[i];
      if (is_to_be_repeated(caller, answers[i])) {
        repeat_later(std::move(batch.requests[i]), std::move(caller));
      } else {
        *caller.request = std::move(batch.requests[i]);
        caller.handler(std::move(answers[i]));
      }
    }
  }

  bool is_to_be_repeated(Caller& caller, const Answer& answer) {
    if (answer || answer.error().kind == RepositoryError::Kind::invalid_data) return false;
    if (!caller.backoff) {
      caller.backoff = backoff_;
      caller.successes_of_others = successes_;
    }
    ++caller.failures;
    return caller.failures < limits_.failures || caller.successes_of_others == successes_;
  }

  void repeat_later(Request request, Caller caller) {
    const std::chrono::milliseconds pause = caller.backoff->next();
    clock_.call_after(pause, [this, request = std::move(request), caller = std::move(caller)]() mutable {
      add(std::move(request), std::move(caller));
    });
  }

  boost::asio::any_io_executor executor_;
  boost::asio::any_io_executor blocking_;
  Clock& clock_;
  Backoff backoff_;
  Limits limits_;
  Call call_;
  std::deque<Request> waiting_requests_;
  std::deque<Caller> waiting_callers_;
  unsigned running_ = 0;
  std::uint64_t successes_ = 0;
  bool scheduled_ = false;
};

}  // namespace notifier
