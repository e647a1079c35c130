#include "http/client/answer.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "base/terminal_text.hpp"

namespace notifier::client {
namespace {

constexpr std::size_t longest_error = 500;

bool ends_line(char c) { return c == '\n' || c == '\t'; }

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
  boost::system::error_code failed;
  const auto body = boost::json::parse(answer.body, failed);
  const auto* object = failed ? nullptr : body.if_object();
  const auto* error = object == nullptr ? nullptr : object->if_contains("error");
  if (error == nullptr || !error->is_string()) return "the service answered " + std::to_string(answer.status);
  std::string text{error->as_string().data(), std::min(error->as_string().size(), longest_error)};
  std::ranges::replace_if(text, ends_line, ' ');
  return terminal_text(text);
}

std::chrono::seconds read_retry_after(std::string_view value) {
  constexpr long longest = 24L * 60 * 60;
  long seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool is_number = error == std::errc{} && end == value.data() + value.size();
  return std::chrono::seconds{is_number && seconds >= 0 && seconds <= longest ? seconds : 0};
}

}  // namespace notifier::client
