#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

namespace notifier {

class WebhookTransfer;

/// Runs the transfers to one destination on a thread of its own, which alone touches libcurl's multi handles, and keeps
/// connections open for the next ones. A transfer whose connection ends before anything of its answer has come is begun once
/// more, on a connection of its own.
class TransferLoop {
 public:
  struct Limits {
    unsigned connections = 1;        ///< at a time; further transfers wait for a free one
    std::size_t transfers = 10'000;  ///< waiting and running; beyond, `start` ends them at once with `CURLE_AGAIN`
    std::chrono::milliseconds connection_life = std::chrono::seconds{60};  ///< then names are looked up anew
  };

  /// Throws std::runtime_error when libcurl cannot be started.
  explicit TransferLoop(Limits limits);
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  /// Ends the transfers that are left, with `CURLE_ABORTED_BY_CALLBACK`, and the thread.
  ~TransferLoop();

  /// Any thread. The transfer is over when `timeout` is (`CURLE_OPERATION_TIMEDOUT`). One that has waited for a connection
  /// for half of that, or 5 s, is not begun any more (`CURLE_AGAIN`).
  void start(std::unique_ptr<WebhookTransfer> transfer, std::chrono::milliseconds timeout);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace notifier
