#include "senders/reporting_sender.hpp"

#include <chrono>
#include <utility>

namespace notifier {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A result as a send: the outcome and the text.
struct AsSend {
  std::string sender;
  milliseconds duration;

  Send operator()(const Sent& sent) const { return made(SendOutcome::sent, sent.reply); }
  Send operator()(const TransientFailure& failed) const { return made(SendOutcome::transient, failed.error); }
  Send operator()(const PermanentFailure& failed) const { return made(SendOutcome::permanent, failed.error); }
  Send operator()(const Deferred& deferred) const { return made(SendOutcome::deferred, deferred.reason); }

 private:
  [[nodiscard]] Send made(SendOutcome outcome, const std::string& text) const {
    return {.sender = sender, .outcome = outcome, .duration = duration, .text = text};
  }
};

class ReportingSender final : public Sender {
 public:
  ReportingSender(std::string name, std::unique_ptr<Sender> sender) : name_{std::move(name)}, sender_{std::move(sender)} {}

  void send(Notification notification, milliseconds deadline, SendHandler handler) override {
    sender_->send(std::move(notification), deadline,
                  [this, begun = steady_clock::now(), handler = std::move(handler)](SendResult result) mutable {
                    const auto duration = std::chrono::round<milliseconds>(steady_clock::now() - begun);
                    sends_of(result) = {std::visit(AsSend{name_, duration}, result)};
                    handler(std::move(result));
                  });
  }

  [[nodiscard]] unsigned most_at_a_time() const override { return sender_->most_at_a_time(); }

 private:
  const std::string name_;
  std::unique_ptr<Sender> sender_;
};

}  // namespace

std::unique_ptr<Sender> make_reporting_sender(std::string name, std::unique_ptr<Sender> sender) {
  return std::make_unique<ReportingSender>(std::move(name), std::move(sender));
}

}  // namespace notifier
