#include "senders/routing_sender.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "senders/patient_queue.hpp"

namespace notifier {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Templates make much out of little, for thousands of notifications under way. So texts are made only while there is memory
/// for them and for what senders make of them: JSON writes a byte as up to six, mail as up to three, twice on the way.
constexpr std::size_t memory_for_texts = 32UL * 1024 * 1024;
constexpr std::size_t memory_for_a_byte = 6;
/// What a route may take when others have taken everything, so that none waits for the receivers of another.
constexpr std::size_t memory_of_each_route = 1024UL * 1024;
constexpr milliseconds longest_wait_for_memory = std::chrono::seconds{5};
constexpr milliseconds until_there_is_memory = std::chrono::seconds{1};

std::size_t memory_of(const Content& content) {
  return memory_for_a_byte * (content.subject.size() + content.text.size() + content.html.size());
}

/// The answers of a route's senders that did not end the attempt.
class Failures {
 public:
  void add(const std::string& sender, const TransientFailure& failed) {
    add(sender, failed.error, failed.retry_after.value_or(milliseconds::zero()));
    tried_ = true;
  }

  void add(const std::string& sender, const Deferred& deferred) { add(sender, deferred.reason, deferred.retry_after); }

  /// As the result of all of them. It makes sense to try again as soon as one of them may be asked.
  [[nodiscard]] SendResult result() && {
    const milliseconds earliest = earliest_.value_or(milliseconds::zero());
    if (!tried_) return Deferred{.reason = std::move(text_), .retry_after = earliest};
    TransientFailure failed{.error = std::move(text_)};
    if (earliest > milliseconds::zero()) failed.retry_after = earliest;
    return failed;
  }

  /// Before the text of the failure that ended the attempt.
  [[nodiscard]] std::string text_before(const std::string& error) const {
    return text_.empty() ? error : text_ + "; " + error;
  }

 private:
  void add(const std::string& sender, const std::string& text, milliseconds retry_after) {
    text_.append(text_.empty() ? "" : "; ").append(sender).append(": ").append(text);
    earliest_ = std::min(earliest_.value_or(retry_after), retry_after);
  }

  std::string text_;
  std::optional<milliseconds> earliest_;
  bool tried_ = false;
};

struct RoutedAttempt {
  const Route& route;
  Notification notification;
  Clock::time_point deadline;
  SendHandler handler;
  std::size_t text_memory = 0;
  std::size_t next = 0;  ///< place in the route's senders
  Failures failures{};
  std::vector<Send> sends{};
};

class RoutingSender final : public Sender {
 public:
  RoutingSender(boost::asio::any_io_executor executor, const Routes& routes, SendersByName senders,
                const TemplateRenderer& templates)
      : executor_{std::move(executor)},
        routes_{routes},
        senders_{std::move(senders)},
        templates_{templates},
        waiting_{executor_, [](std::unique_ptr<RoutedAttempt> late) {
                   late->handler(Deferred{.reason = "too much text was on its way", .retry_after = until_there_is_memory});
                 }} {}

  void send(Notification notification, milliseconds deadline, SendHandler handler) override {
    const Route* route = routes_.find(notification.route);
    if (route == nullptr) return fail("there is no route " + notification.route, std::move(handler));
    const Clock::time_point now = Clock::now();
    auto attempt = std::make_unique<RoutedAttempt>(*route, std::move(notification), now + deadline, std::move(handler));
    if (route->template_name.empty()) return try_next(std::move(attempt));
    if (has_memory(*route)) return begin(std::move(attempt));
    waiting_.push(std::move(attempt), now + std::min(deadline / 2, longest_wait_for_memory));
  }

 private:
  void fail(std::string error, SendHandler handler) {
    boost::asio::post(executor_, [error = std::move(error), handler = std::move(handler)]() mutable {
      handler(PermanentFailure{std::move(error)});
    });
  }

  [[nodiscard]] bool has_memory(const Route& route) const {
    if (text_memory_ < memory_for_texts && waiting_.empty()) return true;
    const auto found = memory_by_route_.find(&route);
    return found == memory_by_route_.end() || found->second < memory_of_each_route;
  }

  void begin(std::unique_ptr<RoutedAttempt> attempt) {
    auto content = templates_.render(attempt->route.template_name, attempt->notification.event);
    if (!content) return fail(std::move(content.error()), std::move(attempt->handler));
    attempt->text_memory = memory_of(*content);
    text_memory_ += attempt->text_memory;
    memory_by_route_[&attempt->route] += attempt->text_memory;
    attempt->notification.content = std::move(*content);
    try_next(std::move(attempt));
  }

  void end(std::unique_ptr<RoutedAttempt> attempt, SendResult result) {
    if (attempt->text_memory > 0) {
      text_memory_ -= attempt->text_memory;
      memory_by_route_[&attempt->route] -= attempt->text_memory;
    }
    sends_of(result) = std::move(attempt->sends);
    attempt->handler(std::move(result));
    attempt.reset();
    begin_waiting();
  }

  void begin_waiting() {
    waiting_.give_up_late();
    while (!waiting_.empty() && text_memory_ < memory_for_texts) begin(waiting_.take_first());
  }

  void try_next(std::unique_ptr<RoutedAttempt> attempt) {
    const std::vector<std::string>& names = attempt->route.senders;
    const std::string& name = names[attempt->next];
    const auto time_left = std::chrono::duration_cast<milliseconds>(attempt->deadline - Clock::now());
    const bool is_last = ++attempt->next == names.size();
    Notification notification = is_last ? std::move(attempt->notification) : attempt->notification;
    const RoutedSender& routed = senders_.find(name)->second;
    const milliseconds deadline = std::clamp(time_left, milliseconds{1}, std::max(routed.deadline, milliseconds{1}));
    routed.sender->send(std::move(notification), deadline,
                        [this, &name, attempt = std::move(attempt)](SendResult result) mutable {
                          take(name, std::move(result), std::move(attempt));
                        });
  }

  void take(const std::string& sender, SendResult result, std::unique_ptr<RoutedAttempt> attempt) {
    std::ranges::move(sends_of(result), std::back_inserter(attempt->sends));
    if (attempt->route.senders.size() == 1) return end(std::move(attempt), std::move(result));
    if (std::holds_alternative<Sent>(result)) return end(std::move(attempt), std::move(result));
    if (const auto* failed = std::get_if<PermanentFailure>(&result)) {
      PermanentFailure all{attempt->failures.text_before(sender + ": " + failed->error)};
      return end(std::move(attempt), std::move(all));
    }
    if (const auto* failed = std::get_if<TransientFailure>(&result)) attempt->failures.add(sender, *failed);
    if (const auto* deferred = std::get_if<Deferred>(&result)) attempt->failures.add(sender, *deferred);

    const bool is_over = attempt->next == attempt->route.senders.size() || Clock::now() >= attempt->deadline;
    if (is_over) {
      SendResult all = std::move(attempt->failures).result();
      return end(std::move(attempt), std::move(all));
    }
    try_next(std::move(attempt));
  }

  boost::asio::any_io_executor executor_;
  const Routes& routes_;
  SendersByName senders_;
  const TemplateRenderer& templates_;
  std::size_t text_memory_ = 0;  ///< of the attempts under way
  std::unordered_map<const Route*, std::size_t> memory_by_route_;
  PatientQueue<std::unique_ptr<RoutedAttempt>> waiting_;  ///< for memory for their texts
};

}  // namespace

std::unique_ptr<Sender> make_routing_sender(boost::asio::any_io_executor executor, const Routes& routes,
                                            SendersByName senders, const TemplateRenderer& templates) {
  return std::make_unique<RoutingSender>(std::move(executor), routes, std::move(senders), templates);
}

}  // namespace notifier
