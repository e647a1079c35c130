#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "notifier/attempt.hpp"
#include "notifier/notification.hpp"

namespace notifier {

struct Sent {
  std::string reply{};        ///< the provider's, if it gave one: a text to find the notification by in its records
  std::vector<Send> sends{};  ///< of the senders that were asked; empty: of the one that answers
};

struct TransientFailure {
  std::string error;
  std::optional<std::chrono::milliseconds> retry_after{};  ///< the earliest time that the provider named
  bool concerns_destination = true;  ///< false: it refused this notification, which shows that it works itself
  std::vector<Send> sends{};
};

struct PermanentFailure {
  std::string error;
  bool answered = true;  ///< by the destination; false: it was refused here, which says nothing about the destination
  std::vector<Send> sends{};
};

/// No attempt was made and none is counted: the destination is not to be burdened now.
struct Deferred {
  std::string reason;
  std::chrono::milliseconds retry_after{};  ///< when to try again at the earliest
  std::vector<Send> sends{};
};

using SendResult = std::variant<Sent, TransientFailure, PermanentFailure, Deferred>;
/// What the senders that were asked made of it.
[[nodiscard]] inline std::vector<Send>& sends_of(SendResult& result) {
  return std::visit([](auto& one) -> std::vector<Send>& { return one.sends; }, result);
}

using SendHandler = std::move_only_function<void(SendResult)>;

/// Port: sends a notification to its recipient.
class Sender {
 public:
  virtual ~Sender() = default;

  /// Starts one attempt and returns at once. `handler` is called exactly once, no later than `deadline` from now (a send
  /// that takes longer is a transient failure), on the executor that the adapter was made with. Called from that executor.
  virtual void send(Notification notification, std::chrono::milliseconds deadline, SendHandler handler) = 0;

  /// How many sends may be under way at a time. 0: any number. Never changes. Further ones wait in the adapter for earlier
  /// ones to end, while their deadline runs: a caller that has many gives it no more than that (`make_paced_sender`).
  [[nodiscard]] virtual unsigned most_at_a_time() const { return 0; }
};

}  // namespace notifier
