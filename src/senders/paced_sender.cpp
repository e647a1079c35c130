#include "senders/paced_sender.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <random>
#include <utility>

#include "base/rate_limit.hpp"
#include "notifier/log.hpp"
#include "senders/circuit_breaker.hpp"
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

using ShownState = std::shared_ptr<std::atomic<CircuitState>>;

class Pacing final : public Sender {
 public:
  Pacing(boost::asio::any_io_executor executor, std::unique_ptr<Sender> sender, const PacingSettings& pacing,
         std::string name, milliseconds longest_guess, ShownState shown)
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
    defer(std::move(handler), name_ + " only fails: its circuit is open for a while",
          breaker_.blocked_for(now) + milliseconds{jitter(random_)});
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
    show_state();
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
    if (is_failure_of_destination(result)) breaker_.fail(begun, moved_at_);
    if (has_answered(result)) breaker_.succeed();
    show_state();
    while (!waiting_.empty() && under_way_ < concurrency_) begin(waiting_.take_first());
  }

  void show_state() {
    const CircuitState state = breaker_.state();
    const CircuitState before = shown_->exchange(state);
    if (state == before) return;
    if (state == CircuitState::closed) return log::info("circuit closed: sends go through again", {{"sender", name_}});
    if (state == CircuitState::half_open) return log::info("circuit half-open: one send is tried", {{"sender", name_}});
    log::warn("circuit open: nothing is sent but a try now and then",
              {{"sender", name_}, {"pause_ms", pacing_.pause.count()}});
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
  ShownState shown_;
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
  auto shown = std::make_shared<std::atomic<CircuitState>>(CircuitState::closed);
  auto circuit = [shown] { return to_string(shown->load()); };
  return {.sender = std::make_unique<Pacing>(std::move(executor), std::move(sender), pacing, std::move(name), longest_guess,
                                             shown),
          .circuit = std::move(circuit)};
}

}  // namespace notifier
