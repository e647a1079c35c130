#include "http/client/answer.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "base/terminal_text.hpp"
#include "domain/event_id.hpp"

namespace notifier::client {
namespace {

constexpr std::size_t longest_error = 500;

bool ends_line(char c) { return c == '\n' || c == '\t'; }

/// That member of the answer's body, if it is a text.
std::optional<std::string> text_in(const Answer& answer, std::string_view member) {
  boost::system::error_code failed;
  const auto body = boost::json::parse(answer.body, failed);
  const auto* object = failed ? nullptr : body.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains(member);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string{value->as_string()};
}

}  // namespace

Verdict verdict_on(const Answer& answer) {
  switch (answer.status) {
    case 202:
      return Verdict::accepted;
    case 400:
    case 413:
    case 415:
      return Verdict::refused;
    case 408:
    case 429:
      return Verdict::try_again;
    default:
      return answer.status >= 500 ? Verdict::try_again : Verdict::no_service;
  }
}

std::string error_of(const Answer& answer) {
  auto text = text_in(answer, "error");
  if (!text) return "the service answered " + std::to_string(answer.status);
  text->resize(std::min(text->size(), longest_error));
  std::ranges::replace_if(*text, ends_line, ' ');
  return terminal_text(*text);
}

std::string event_id_of(const Answer& answer) {
  auto id = text_in(answer, "eventId");
  return id && is_valid_event_id(*id) ? std::move(*id) : std::string{};
}

std::chrono::seconds read_retry_after(std::string_view value) {
  constexpr long longest = 24L * 60 * 60;
  long seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool is_number = error == std::errc{} && end == value.data() + value.size();
  return std::chrono::seconds{is_number && seconds >= 0 && seconds <= longest ? seconds : 0};
}

}  // namespace notifier::client
