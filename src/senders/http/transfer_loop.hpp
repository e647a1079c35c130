#pragma once

#include <chrono>
#include <memory>

namespace notifier {

class WebhookTransfer;

/// Runs the transfers to one destination on a thread of its own, which alone touches libcurl's multi handles, and keeps
/// connections open for the next ones. A transfer whose connection ends before anything of its answer has come is begun once
/// more, on a connection of its own.
class TransferLoop {
 public:
  struct Limits {
    unsigned connections = 1;  ///< at a time; further transfers wait in libcurl, which is slow with many
    std::chrono::milliseconds connection_life = std::chrono::seconds{60};  ///< then names are looked up anew
  };

  /// Throws std::runtime_error when libcurl cannot be started.
  explicit TransferLoop(Limits limits);
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  /// Ends the transfers that are left, with `CURLE_ABORTED_BY_CALLBACK`, and the thread.
  ~TransferLoop();

  /// Any thread. The transfer is over when `timeout` is (`CURLE_OPERATION_TIMEDOUT`).
  void start(std::unique_ptr<WebhookTransfer> transfer, std::chrono::milliseconds timeout);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace notifier
