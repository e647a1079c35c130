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

std::string cannot_write(const std::filesystem::path& record, int error) {
  return "cannot write to " + record.string() + ": " + std::generic_category().message(error) +
         ". Name a file that notifier may append to.";
}

}  // namespace

std::expected<void, std::string> check_mock_record(const std::filesystem::path& record) {
  if (record.empty()) return {};
  // It may be a pipe that nobody reads from yet.
  const int descriptor = ::open(record.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
  const int error = descriptor < 0 ? errno : 0;
  if (descriptor >= 0) ::close(descriptor);
  if (error == 0 || error == ENXIO) return {};
  if (error != ENOENT) return std::unexpected{cannot_write(record, error)};
  const std::filesystem::path folder = record.has_parent_path() ? record.parent_path() : ".";
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return std::unexpected{cannot_write(record, errno)};
}

std::expected<std::unique_ptr<Sender>, std::string> make_mock_sender(boost::asio::any_io_executor executor,
                                                                     std::chrono::milliseconds latency,
                                                                     const std::filesystem::path& record) {
  int descriptor = -1;
  if (!record.empty()) {
    descriptor = ::open(record.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return std::unexpected{cannot_write(record, errno)};
  }
  return std::make_unique<MockSender>(std::move(executor), latency, SendRecord{descriptor});
}

}  // namespace notifier
