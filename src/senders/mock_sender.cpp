#include "senders/mock_sender.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "notifier/log.hpp"

namespace notifier {
namespace {

/// Appends whole lines to a file, which several processes may share: one write each, at the end of the file.
class SendRecord {
 public:
  explicit SendRecord(int descriptor) : descriptor_{descriptor} {}
  ~SendRecord() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  SendRecord(SendRecord&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  SendRecord& operator=(SendRecord&&) = delete;

  void append(const Notification& notification) const {
    if (descriptor_ < 0) return;
    const std::string line = notification.id + " " + std::to_string(notification.attempt) + "\n";
    if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      log::error("mock record could not be written", {{"event_id", notification.event.id}});
    }
  }

 private:
  int descriptor_;
};

class MockSender final : public Sender {
 public:
  MockSender(boost::asio::any_io_executor executor, std::chrono::milliseconds latency, SendRecord record)
      : executor_{std::move(executor)}, latency_{latency}, record_{std::move(record)} {}

  void send(Notification notification, std::chrono::milliseconds deadline, SendHandler handler) override {
    const bool too_slow = latency_ > deadline;
    auto finish = [this, too_slow, notification = std::move(notification), handler = std::move(handler)]() mutable {
      handler(too_slow ? SendResult{TransientFailure{"the send took longer than its deadline"}} : deliver(notification));
    };
    if (latency_ == std::chrono::milliseconds::zero()) {
      boost::asio::post(executor_, std::move(finish));
      return;
    }
    auto timer = std::make_unique<boost::asio::steady_timer>(executor_, std::min(latency_, deadline));
    boost::asio::steady_timer& waiting = *timer;
    waiting.async_wait([timer = std::move(timer), finish = std::move(finish)](boost::system::error_code error) mutable {
      if (!error) finish();
    });
  }

 private:
  SendResult deliver(const Notification& notification) const {
    record_.append(notification);
    if (notification.event.recipient.email.contains("fail"))
      return TransientFailure{"mock: the recipient's address contains \"fail\""};
    log::info(
        "mock notification sent",
        {{"event_id", notification.event.id}, {"notification_id", notification.id}, {"attempt", notification.attempt}});
    return Sent{};
  }

  boost::asio::any_io_executor executor_;
  std::chrono::milliseconds latency_;
  SendRecord record_;
};

}  // namespace

std::expected<std::unique_ptr<Sender>, std::string> make_mock_sender(boost::asio::any_io_executor executor,
                                                                     std::chrono::milliseconds latency,
                                                                     const std::filesystem::path& record) {
  int descriptor = -1;
  if (!record.empty()) {
    descriptor = ::open(record.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      return std::unexpected{"MOCK_RECORD: cannot write to " + record.string() + ": " +
                             std::generic_category().message(errno) + ". Name a file that notifier may append to."};
    }
  }
  return std::make_unique<MockSender>(std::move(executor), latency, SendRecord{descriptor});
}

}  // namespace notifier
