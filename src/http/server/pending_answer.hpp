#pragma once

#include <functional>
#include <optional>

#include "http/server/awaitable.hpp"
#include "http/wire/http_message.hpp"

namespace notifier::http {

/// Where the answer to a request arrives. Shared by the session, which waits, and whoever answers; on the server's thread
/// only.
class PendingAnswer {
 public:
  /// The first answer counts. The session may go on before this returns.
  void set(Response answer);

  [[nodiscard]] bool is_set() const { return answer_.has_value(); }

  /// Completes when there is an answer: call only while there is none.
  Awaitable<void> wait();

  /// The answer, once.
  [[nodiscard]] Response take() { return std::move(*answer_); }

 private:
  std::optional<Response> answer_;
  std::move_only_function<void()> resume_;  ///< set while somebody waits
};

}  // namespace notifier::http
