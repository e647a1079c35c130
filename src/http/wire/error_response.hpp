#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "http/wire/http_message.hpp"
#include "notifier/broker.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier::http {

/// The server does not serve the request. `detail` goes to the client.
struct Refusal {
  unsigned status = 400;
  std::string detail;
  std::string_view allow{};            ///< of a 405; static text
  std::string_view accept_encoding{};  ///< of a 415 for the sake of a Content-Encoding; static text
  std::string_view code{};             ///< of a 503 that lasts until somebody changes something; static text
};

/// A bug. `detail` goes to the log only.
struct InternalError {
  std::string detail;
};

using Error = std::variant<Refusal, PublishError, RepositoryError, InternalError>;

/// The one place that decides what a client is told about an error: JSON with `error`.
[[nodiscard]] Response error_response(const Error& error);

}  // namespace notifier::http
