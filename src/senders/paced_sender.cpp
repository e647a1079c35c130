#include "senders/paced_sender.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "base/rate_limit.hpp"
#include "base/rfc3339.hpp"
#include "notifier/log.hpp"
#include "senders/patient_queue.hpp"

namespace notifier {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How a send waits for its turn.
struct Patience {
  std::size_t most_waiting;
  milliseconds longest_wait;
  int waits_per_deadline;  ///< most of the time is left to the send
};

/// Where the user sets limits, waits are expected to be long.
constexpr Patience patience_for_limits{.most_waiting = 100, .longest_wait{1000}, .waits_per_deadline = 4};
constexpr Patience patience_for_connections{.most_waiting = 10'000, .longest_wait{5000}, .waits_per_deadline = 2};

/// The smaller of two limits, where 0 means none.
unsigned tighter(unsigned one, unsigned other) {
  return one == 0 || other == 0 ? std::max(one, other) : std::min(one, other);
}

/// Whether the destination is evidently alive, though it may have rejected this notification.
bool has_answered(const SendResult& result) {
  if (const auto* refusal = std::get_if<PermanentFailure>(&result)) return refusal->answered;
  if (const auto* failure = std::get_if<TransientFailure>(&result)) return !failure->concerns_destination;
  return std::holds_alternative<Sent>(result);
}

bool is_failure_of_destination(const SendResult& result) {
  const auto* failure = std::get_if<TransientFailure>(&result);
  return failure != nullptr && failure->concerns_destination;
}

/// The report, where others may take it.
class ShownCircuit {
 public:
  void show(CircuitReport report) {
    const std::lock_guard lock{mutex_};
    report_ = report;
  }

  [[nodiscard]] CircuitReport report() const {
    const std::lock_guard lock{mutex_};
    return report_;
  }

 private:
  mutable std::mutex mutex_;
  CircuitReport report_;  ///< under `mutex_`
};

/// The failures of a destination since it last answered.
class FailuresInARow {
 public:
  void add(const std::string& error) {
    if (number_++ == 0) since_ = std::chrono::system_clock::now();
    last_error_ = error;
  }

  void end() { number_ = 0; }

  [[nodiscard]] OpenCircuit open_circuit(Clock::duration until_next_try) const {
    const auto next_try = std::chrono::system_clock::now() + until_next_try;
    return {.failures = number_,
            .since = since_,
            .next_try = std::chrono::time_point_cast<std::chrono::system_clock::duration>(next_try)};
  }

  [[nodiscard]] const std::string& last_error() const { return last_error_; }

 private:
  unsigned number_ = 0;
  std::chrono::system_clock::time_point since_;
  std::string last_error_;
};

class Pacing final : public Sender {
 public:
  Pacing(boost::asio::any_io_executor executor, std::unique_ptr<Sender> sender, const PacingSettings& pacing,
         std::string name, milliseconds longest_guess, std::shared_ptr<ShownCircuit> shown)
      : executor_{std::move(executor)},
        sender_{std::move(sender)},
        pacing_{pacing},
        name_{std::move(name)},
        longest_guess_{longest_guess},
        concurrency_{tighter(pacing.concurrency, sender_->most_at_a_time())},
        patience_{pacing.rate > 0 || pacing.concurrency > 0 ? patience_for_limits : patience_for_connections},
        rate_{pacing.rate},
        breaker_{pacing.failures_to_open, pacing.pause},
        shown_{std::move(shown)},
        waiting_{executor_, [this](Send late) { defer_by_limit(Clock::now(), std::move(late.handler)); }} {}

  void send(Notification notification, milliseconds deadline, SendHandler handler) override {
    const Clock::time_point now = Clock::now();
    if (is_blocked(now)) return defer_by_circuit(now, std::move(handler));
    const milliseconds patience = std::min(patience_.longest_wait, deadline / patience_.waits_per_deadline);
    const Clock::duration delay = rate_.delay(now);
    if (delay > patience || waiting_.size() + delayed_ >= patience_.most_waiting)
      return defer_by_limit(now, std::move(handler));
    rate_.acquire(now);
    Send next{.notification = std::move(notification),
              .handler = std::move(handler),
              .deadline = now + deadline,
              .patient_until = now + patience};
    if (delay == Clock::duration::zero()) return begin_or_wait(std::move(next));
    begin_after(delay, std::move(next));
  }

 private:
  struct Send {
    Notification notification;
    SendHandler handler;
    Clock::time_point deadline;
    Clock::time_point patient_until;
  };

  [[nodiscard]] bool is_blocked(Clock::time_point now) const { return breaker_.blocked_for(now) > Clock::duration::zero(); }

  /// With jitter, or all would come in one burst when the destination is back.
  void defer_by_circuit(Clock::time_point now, SendHandler handler) {
    std::uniform_int_distribution<milliseconds::rep> jitter{0, pacing_.pause.count() / 10};
    std::string reason = words_of(failures_.open_circuit(breaker_.blocked_for(now)));
    defer(std::move(handler), std::move(reason), breaker_.blocked_for(now) + milliseconds{jitter(random_)});
  }

  /// `crm has failed 10 times in a row since … (last: HTTP 503): nothing is sent to it until …`
  [[nodiscard]] std::string words_of(const OpenCircuit& circuit) const {
    const std::string times = circuit.failures == 1 ? "once" : std::to_string(circuit.failures) + " times in a row";
    return name_ + " has failed " + times + " since " + to_rfc3339(circuit.since) + " (last: " + failures_.last_error() +
           "): nothing is sent to it until " + to_rfc3339(circuit.next_try);
  }

  void defer_by_limit(Clock::time_point now, SendHandler handler) {
    defer(std::move(handler), name_ + " takes no more than " + limits(), estimate_delay(now));
  }

  Clock::duration estimate_delay(Clock::time_point now) {
    const Clock::duration interval = concurrency_ == 0 ? Clock::duration::zero() : usual_duration_ / concurrency_;
    // Sends may soon take less time, but a rate stays.
    const bool rate_decides = pacing_.rate > 0 && interval <= Clock::duration{std::chrono::seconds{1}} / pacing_.rate;
    const Clock::duration horizon =
        rate_decides ? longest_guess_ : std::min<Clock::duration>(longest_guess_, std::chrono::minutes{1});
    const Clock::duration estimate = rate_.estimate_delay(now, interval, horizon);
    if (concurrency_ == 0) return estimate;
    // A destination that has hung for long keeps hanging: coming back often meanwhile would be in vain.
    return std::max(estimate, std::min<Clock::duration>(now - moved_at_, std::chrono::minutes{1}));
  }

  [[nodiscard]] std::string limits() const {
    std::string text;
    if (pacing_.rate > 0) text = std::to_string(pacing_.rate) + " a second";
    if (concurrency_ == 0) return text;
    if (!text.empty()) text += " and ";
    return text + std::to_string(concurrency_) + " at a time";
  }

  /// Never calls back before `send` has returned.
  void defer(SendHandler handler, std::string reason, Clock::duration retry_after) {
    Deferred answer{.reason = std::move(reason), .retry_after = std::chrono::ceil<milliseconds>(retry_after)};
    boost::asio::post(executor_,
                      [handler = std::move(handler), answer = std::move(answer)]() mutable { handler(std::move(answer)); });
  }

  void begin_after(Clock::duration duration, Send next) {
    ++delayed_;
    auto timer = std::make_unique<boost::asio::steady_timer>(executor_, duration);
    boost::asio::steady_timer& waiting = *timer;
    waiting.async_wait([this, timer = std::move(timer), next = std::move(next)](boost::system::error_code error) mutable {
      if (error) return;
      --delayed_;
      begin_or_wait(std::move(next));
    });
  }

  void begin_or_wait(Send next) {
    if (concurrency_ == 0 || under_way_ < concurrency_) return begin(std::move(next));
    const Clock::time_point patient_until = next.patient_until;
    waiting_.push(std::move(next), patient_until);
  }

  void begin(Send next) {
    const Clock::time_point now = Clock::now();
    if (is_blocked(now)) return defer_by_circuit(now, std::move(next.handler));
    breaker_.begin(now);
    show_state(now);
    ++under_way_;
    moved_at_ = now;
    const auto left = std::chrono::floor<milliseconds>(next.deadline - now);
    sender_->send(std::move(next.notification), std::max(left, milliseconds{0}),
                  [this, now, handler = std::move(next.handler)](SendResult result) mutable {
                    end(result, now);
                    handler(std::move(result));
                  });
  }

  void end(const SendResult& result, Clock::time_point begun) {
    --under_way_;
    moved_at_ = Clock::now();
    if (!std::holds_alternative<Deferred>(result)) usual_duration_ += (moved_at_ - begun - usual_duration_) / 8;
    if (is_failure_of_destination(result)) {
      failures_.add(std::get<TransientFailure>(result).error);
      breaker_.fail(begun, moved_at_);
    }
    if (has_answered(result)) {
      failures_.end();
      breaker_.succeed();
    }
    show_state(moved_at_);
    while (!waiting_.empty() && under_way_ < concurrency_) begin(waiting_.take_first());
  }

  void show_state(Clock::time_point now) {
    const CircuitState before = std::exchange(shown_state_, breaker_.state());
    if (before == CircuitState::closed && shown_state_ == before) return;
    CircuitReport report{.state = shown_state_};
    if (shown_state_ != CircuitState::closed) report.open_circuit = failures_.open_circuit(breaker_.blocked_for(now));
    shown_->show(report);
    if (shown_state_ != before) log_change(report);
  }

  void log_change(const CircuitReport& report) const {
    if (report.state == CircuitState::closed) {
      return log::info("circuit closed: sends go through again", {{"sender", name_}});
    }
    if (report.state == CircuitState::half_open) {
      return log::info("circuit half-open: one send is tried", {{"sender", name_}});
    }
    log::warn("circuit open: nothing is sent until one send is tried",
              {{"sender", name_},
               {"failures", report.open_circuit->failures},
               {"since", to_rfc3339(report.open_circuit->since)},
               {"last_error", failures_.last_error()},
               {"next_try", to_rfc3339(report.open_circuit->next_try)}});
  }

  boost::asio::any_io_executor executor_;
  std::unique_ptr<Sender> sender_;
  const PacingSettings pacing_;
  const std::string name_;
  const milliseconds longest_guess_;
  const unsigned concurrency_;  ///< sends at a time; 0: no limit
  const Patience patience_;
  RateLimit rate_;
  CircuitBreaker breaker_;
  FailuresInARow failures_;
  CircuitState shown_state_ = CircuitState::closed;
  std::shared_ptr<ShownCircuit> shown_;
  std::minstd_rand random_{std::random_device{}()};
  Clock::duration usual_duration_{};  ///< of a send: a moving average
  Clock::time_point moved_at_{};      ///< when a send last began or ended
  std::size_t under_way_ = 0;
  std::size_t delayed_ = 0;     ///< sends waiting for their turn
  PatientQueue<Send> waiting_;  ///< for one of those under way to end
};

}  // namespace

PacedSender make_paced_sender(boost::asio::any_io_executor executor, std::unique_ptr<Sender> sender,
                              const PacingSettings& pacing, std::string name, milliseconds longest_guess) {
  auto shown = std::make_shared<ShownCircuit>();
  auto circuit = [shown] { return shown->report(); };
  return {.sender = std::make_unique<Pacing>(std::move(executor), std::move(sender), pacing, std::move(name), longest_guess,
                                             shown),
          .circuit = std::move(circuit)};
}

}  // namespace notifier
