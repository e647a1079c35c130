#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <memory>

namespace notifier {

/// One exchange over libcurl. Belongs to the loop from `start` until `finish` has been called.
class Transfer {
 public:
  virtual ~Transfer() = default;

  /// Sets the options of a fresh handle, but for its time-out, which the loop sets. The transfer outlives its use of them.
  /// On the loop's thread.
  virtual void prepare(CURL* handle) = 0;

  /// Called once, on the loop's thread, or by `start` on its caller's. Without a handle the transfer was not begun: no
  /// connection was free in time (`CURLE_AGAIN`), or `prepare` threw (`CURLE_OUT_OF_MEMORY`), or the loop ended. Must not
  /// throw.
  virtual void finish(CURLcode result, CURL* handle) = 0;
};

/// Runs the transfers to one destination on a thread of its own, which alone touches libcurl's multi handle, and keeps
/// connections open for the next ones.
class TransferLoop {
 public:
  struct Limits {
    unsigned connections = 1;        ///< at a time; further transfers wait for a free one
    std::size_t transfers = 10'000;  ///< waiting and running; beyond, `start` ends them at once with `CURLE_AGAIN`
  };

  /// Throws std::runtime_error when libcurl cannot be started.
  explicit TransferLoop(Limits limits);
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  /// Ends the transfers that are left, with `CURLE_ABORTED_BY_CALLBACK`, and the thread.
  ~TransferLoop();

  /// Any thread. The transfer is over when `timeout` is (`CURLE_OPERATION_TIMEDOUT`). One that has waited for a connection
  /// for half of that is not begun any more (`CURLE_AGAIN`).
  void start(std::unique_ptr<Transfer> transfer, std::chrono::milliseconds timeout);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace notifier
