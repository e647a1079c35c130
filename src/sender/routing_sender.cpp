#include "sender/routing_sender.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace notifier {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// What the senders of a route answered that did not end the attempt.
class Failures {
 public:
  void add(const std::string& sender, const FailedForNow& failed) {
    add(sender, failed.error, failed.retry_after.value_or(milliseconds::zero()));
    tried_ = true;
  }

  void add(const std::string& sender, const NotAttempted& not_attempted) {
    add(sender, not_attempted.reason, not_attempted.retry_after);
  }

  /// As the result of all of them. It makes sense to try again as soon as one of them may be asked.
  [[nodiscard]] SendResult result() && {
    const milliseconds earliest = earliest_.value_or(milliseconds::zero());
    if (!tried_) return NotAttempted{.reason = std::move(text_), .retry_after = earliest};
    FailedForNow failed{.error = std::move(text_)};
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

struct Attempt {
  const Route& route;
  Notification notification;
  Clock::time_point deadline;
  SendHandler handler;
  std::size_t next = 0;  ///< place in the route's senders
  Failures failures{};
};

class RoutingSender final : public Sender {
 public:
  RoutingSender(boost::asio::any_io_executor executor, const Routes& routes, SendersByName senders,
                const TemplateRenderer& templates)
      : executor_{std::move(executor)}, routes_{routes}, senders_{std::move(senders)}, templates_{templates} {}

  void send(Notification notification, milliseconds deadline, SendHandler handler) override {
    const Event& event = notification.event;
    const Route* route = routes_.find(notification.route);
    if (route == nullptr) return fail("there is no route " + notification.route, std::move(handler));
    if (!route->template_name.empty()) {
      auto content = templates_.render(route->template_name, event);
      if (!content) return fail(std::move(content.error()), std::move(handler));
      notification.content = std::move(*content);
    }
    try_next(std::make_unique<Attempt>(*route, std::move(notification), Clock::now() + deadline, std::move(handler)));
  }

 private:
  void fail(std::string error, SendHandler handler) {
    boost::asio::post(executor_, [error = std::move(error), handler = std::move(handler)]() mutable {
      handler(FailedForGood{std::move(error)});
    });
  }

  void try_next(std::unique_ptr<Attempt> attempt) {
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

  void take(const std::string& sender, SendResult result, std::unique_ptr<Attempt> attempt) {
    if (attempt->route.senders.size() == 1) return attempt->handler(std::move(result));
    if (std::holds_alternative<Sent>(result)) return attempt->handler(Sent{});
    if (const auto* failed = std::get_if<FailedForGood>(&result)) {
      return attempt->handler(FailedForGood{attempt->failures.text_before(sender + ": " + failed->error)});
    }
    if (const auto* failed = std::get_if<FailedForNow>(&result)) attempt->failures.add(sender, *failed);
    if (const auto* not_attempted = std::get_if<NotAttempted>(&result)) attempt->failures.add(sender, *not_attempted);

    const bool is_over = attempt->next == attempt->route.senders.size() || Clock::now() >= attempt->deadline;
    if (is_over) return attempt->handler(std::move(attempt->failures).result());
    try_next(std::move(attempt));
  }

  boost::asio::any_io_executor executor_;
  const Routes& routes_;
  SendersByName senders_;
  const TemplateRenderer& templates_;
};

}  // namespace

std::unique_ptr<Sender> make_routing_sender(boost::asio::any_io_executor executor, const Routes& routes,
                                            SendersByName senders, const TemplateRenderer& templates) {
  return std::make_unique<RoutingSender>(std::move(executor), routes, std::move(senders), templates);
}

}  // namespace notifier
