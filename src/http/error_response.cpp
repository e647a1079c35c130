#include "http/error_response.hpp"

#include "notifier/log.hpp"

namespace notifier::http {
namespace {

constexpr unsigned retry_after_seconds = 1;

Response with_error(unsigned status, std::string_view sentence) {
  return {.status = status, .body = R"({"error":)" + json_string(sentence) + "}"};
}

Response unavailable(const std::string& detail) {
  Response response = with_error(503, "Service Unavailable: " + detail);
  response.retry_after_seconds = retry_after_seconds;
  return response;
}

Response internal_error(std::string_view detail) {
  log::error("internal error while answering a request", {{"detail", detail}});
  return with_error(500, "Internal Server Error");
}

struct ToResponse {
  Response operator()(const Refusal& refusal) const {
    switch (refusal.status) {
      case 400:
        return with_error(400, "Invalid Request: " + refusal.detail);
      case 401:
        return with_error(401, "Unauthorized: Invalid or missing API Key");
      case 404:
      case 405:
      case 408:
      case 413:
      case 414:
      case 415:
      case 431: {
        Response response = with_error(refusal.status, std::string{reason_phrase(refusal.status)} + ": " + refusal.detail);
        response.allow = refusal.allow;
        return response;
      }
      case 503:
        return unavailable(refusal.detail);
      default:
        return internal_error(refusal.detail);
    }
  }

  Response operator()(PublishError error) const {
    switch (error) {
      case PublishError::unavailable:
        return unavailable("the broker cannot be reached; the event was not accepted");
      case PublishError::overloaded:
        return unavailable("too many events wait for the broker; the event was not accepted");
      case PublishError::refused:
        return unavailable("the broker refused the event; it was not accepted");
      case PublishError::unconfirmed:
        return unavailable(
            "the broker did not confirm in time; the event may have been accepted, and repeating the request with the same "
            "Idempotency-Key is safe");
    }
    return internal_error("unknown publish error");
  }

  Response operator()(const RepositoryError& error) const {
    if (error.kind == RepositoryError::Kind::invalid_data) return internal_error(error.detail);
    log::warn("a notification could not be read", {{"detail", error.detail}});
    return unavailable("the database cannot be read now");
  }

  Response operator()(const InternalError& error) const { return internal_error(error.detail); }
};

}  // namespace

Response error_response(const Error& error) { return std::visit(ToResponse{}, error); }

}  // namespace notifier::http
