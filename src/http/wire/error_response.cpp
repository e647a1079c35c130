#include "http/wire/error_response.hpp"

#include "notifier/log.hpp"

namespace notifier::http {
namespace {

constexpr unsigned retry_after_seconds = 1;

Response with_error(unsigned status, std::string_view sentence) {
  return {.status = status, .body = R"({"error":)" + json_string(sentence) + "}"};
}

Response with_error(unsigned status, std::string_view sentence, std::string_view code) {
  return {.status = status, .body = R"({"error":)" + json_string(sentence) + R"(,"code":)" + json_string(code) + "}"};
}

Response unavailable(const std::string& detail, std::string_view code) {
  Response response = with_error(503, "Service Unavailable: " + detail, code);
  response.retry_after_seconds = retry_after_seconds;
  return response;
}

Response internal_error(std::string_view detail) {
  log::error("internal error while answering a request", {{"detail", detail}});
  return with_error(500, "Internal Server Error");
}

/// Nothing changes by itself: the client is not told to come back.
Response right_missing(const RepositoryError& error) {
  log::error("the database does not let notifier do what a request asks for", {{"detail", error.detail}});
  return with_error(500, "Internal Server Error: " + error.missing_right + "; it has to be granted",
                    "database_right_missing");
}

std::string_view code_of(unsigned status) {
  switch (status) {
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "request_timeout";
    case 409:
      return "conflict";
    case 413:
      return "content_too_large";
    case 414:
      return "uri_too_long";
    case 415:
      return "unsupported_media_type";
    default:
      return "header_too_large";
  }
}

struct ToResponse {
  Response operator()(const Refusal& refusal) const {
    switch (refusal.status) {
      case 400:
        return with_error(400, "Invalid Request: " + refusal.detail);
      case 401:
        return with_error(401, "Unauthorized: Invalid or missing API Key");
      case 403:
      case 404:
      case 405:
      case 408:
      case 409:
      case 413:
      case 414:
      case 415:
      case 431: {
        Response response = with_error(refusal.status, std::string{reason_phrase(refusal.status)} + ": " + refusal.detail,
                                       code_of(refusal.status));
        response.allow = refusal.allow;
        response.accept_encoding = refusal.accept_encoding;
        return response;
      }
      case 503:
        if (!refusal.code.empty()) return with_error(503, "Service Unavailable: " + refusal.detail, refusal.code);
        return unavailable(refusal.detail, "overloaded");
      default:
        return internal_error(refusal.detail);
    }
  }

  Response operator()(PublishError error) const {
    switch (error) {
      case PublishError::unavailable:
        return unavailable("the broker cannot be reached; the event was not accepted", "broker_unavailable");
      case PublishError::overloaded:
        return unavailable("too many events wait for the broker; the event was not accepted", "broker_overloaded");
      case PublishError::refused:
        return unavailable("the broker refused the event; it was not accepted", "broker_refused");
      case PublishError::unconfirmed:
        return unavailable(
            "the broker did not confirm in time; the event may have been accepted, and repeating the request with the same "
            "Idempotency-Key is safe",
            "broker_unconfirmed");
    }
    return internal_error("unknown publish error");
  }

  Response operator()(const RepositoryError& error) const {
    if (error.kind == RepositoryError::Kind::invalid_data) return internal_error(error.detail);
    if (!error.missing_right.empty()) return right_missing(error);
    log::warn("the database cannot be used for a request", {{"detail", error.detail}});
    return unavailable("the database cannot be used now", "database_unavailable");
  }

  Response operator()(const InternalError& error) const { return internal_error(error.detail); }
};

}  // namespace

Response error_response(const Error& error) { return std::visit(ToResponse{}, error); }

}  // namespace notifier::http
