#include "senders/mail/smtp_sender.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/authorities.hpp"
#include "senders/mail/mail_message.hpp"
#include "senders/mail/mail_queue.hpp"
#include "senders/mail/smtp_connection.hpp"

namespace notifier {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class SmtpSender final : public Sender {
 public:
  SmtpSender(boost::asio::any_io_executor executor, Mailbox from, std::vector<std::unique_ptr<SmtpConnection>> connections)
      : executor_{std::move(executor)}, from_{std::move(from)}, connections_{std::move(connections)} {
    try {
      for (const auto& connection : connections_) {
        threads_.emplace_back([this, &connection](const std::stop_token& stop) { serve(*connection, stop); });
      }
    } catch (...) {
      queue_.close();  // or those that have started would be waited for
      throw;
    }
  }

  ~SmtpSender() override {
    for (std::jthread& thread : threads_) thread.request_stop();
    for (auto& waiting : queue_.close())
      finish(std::move(waiting.handler), TransientFailure{"smtp: notifier stopped before the send"});
  }

  void send(Notification notification, milliseconds deadline, SendHandler handler) override {
    queue_.push({.notification = std::move(notification),
                 .deadline = steady_clock::now() + deadline,
                 .handler = std::move(handler)});
  }

  [[nodiscard]] unsigned most_at_a_time() const override { return static_cast<unsigned>(connections_.size()); }

 private:
  void serve(SmtpConnection& connection, const std::stop_token& stop) {
    while (auto next = queue_.take()) finish(std::move(next->handler), attempt(connection, *next, stop));
  }

  SendResult attempt(SmtpConnection& connection, const MailQueue::Waiting& next, const std::stop_token& stop) const {
    try {
      const auto mail = compose_mail(from_, next.notification, std::chrono::system_clock::now());
      if (!mail) return PermanentFailure{.error = "smtp: " + mail.error(), .answered = false};
      const auto left = std::chrono::ceil<milliseconds>(next.deadline - steady_clock::now());
      return connection.deliver(*mail, std::max(left, milliseconds{1}), stop);
    } catch (const std::exception& unexpected) {
      return TransientFailure{std::string{"smtp: "} + unexpected.what()};
    }
  }

  void finish(SendHandler handler, SendResult result) const {
    boost::asio::post(executor_,
                      [handler = std::move(handler), result = std::move(result)]() mutable { handler(std::move(result)); });
  }

  boost::asio::any_io_executor executor_;
  Mailbox from_;
  MailQueue queue_;
  std::vector<std::unique_ptr<SmtpConnection>> connections_;
  std::vector<std::jthread> threads_;  ///< last, so that they end before what they use
};

std::unexpected<std::string> refused(const std::string& why) { return std::unexpected{"smtp: " + why}; }

}  // namespace

std::expected<std::unique_ptr<Sender>, std::string> make_smtp_sender(boost::asio::any_io_executor executor,
                                                                     const SmtpSettings& settings) {
  auto from = parse_mailbox(settings.from);
  if (!from) return refused("from: " + from.error() + ". It is an address, or Name <address>.");
  if (const auto checked = check_authorities(settings.ca_file); !checked)
    return refused("ca-file: " + checked.error() + ".");
  if (settings.connections == 0) return refused("connections: at least one is needed");
  std::vector<std::unique_ptr<SmtpConnection>> connections;
  for (unsigned i = 0; i < settings.connections; ++i) {
    auto connection = SmtpConnection::make(settings);
    if (!connection) return refused(connection.error());
    connections.push_back(*std::move(connection));
  }
  return std::make_unique<SmtpSender>(std::move(executor), *std::move(from), std::move(connections));
}

}  // namespace notifier
