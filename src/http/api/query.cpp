#include "http/api/query.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <utility>

#include "base/rfc3339.hpp"
#include "base/utf8.hpp"

namespace notifier::http {

Query::Query(std::string_view sent) {
  if (sent.empty()) return;
  // As part of a target: Boost.URL 1.81 does not see where a query that stands alone ends.
  const std::string target = "/?" + std::string{sent};
  const auto parsed = boost::urls::parse_origin_form(target);
  if (!parsed) {
    refuse("the query is not percent-encoded as it should be");
    return;
  }
  for (const auto parameter : parsed->encoded_params()) keep(parameter.key.decode(), parameter.value.decode());
}

std::optional<std::string> Query::text(std::string_view name, std::size_t max_bytes) {
  const auto as_text = [max_bytes](std::string_view value) -> std::optional<std::string> {
    std::string stored = valid_utf8(value, max_bytes);
    if (value.empty() || stored != value) return std::nullopt;
    return stored;
  };
  return parsed(name, as_text, "1 to " + std::to_string(max_bytes) + " bytes of UTF-8");
}

std::optional<std::uint64_t> Query::number(std::string_view name, std::uint64_t least, std::uint64_t most) {
  const auto as_number = [least, most](std::string_view value) -> std::optional<std::uint64_t> {
    std::uint64_t number = 0;
    const auto [stopped, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || stopped != value.data() + value.size() || number < least || number > most)
      return std::nullopt;
    return number;
  };
  return parsed(name, as_number, "a number from " + std::to_string(least) + " to " + std::to_string(most));
}

std::optional<std::chrono::system_clock::time_point> Query::time(std::string_view name) {
  return parsed(name, from_rfc3339, "a time like 2026-01-31T12:00:00Z or a date like 2026-01-31");
}

void Query::read_window(std::optional<std::chrono::system_clock::time_point>& since,
                        std::optional<std::chrono::system_clock::time_point>& until) {
  since = time("since");
  until = time("until");
  if (since && until && *since >= *until) refuse(R"("since" must be before "until")");
}

void Query::refuse(std::string sentence) {
  if (!fault_) fault_ = std::move(sentence);
}

std::optional<Refusal> Query::fault() const {
  if (fault_) return Refusal{.status = 400, .detail = *fault_};
  const auto unknown = std::ranges::find(parameters_, false, &Parameter::read);
  if (unknown == parameters_.end()) return std::nullopt;
  return Refusal{.status = 400, .detail = quoted(unknown->name) + " is no parameter of this path"};
}

std::string Query::quoted(std::string_view name) {
  constexpr std::size_t most_shown = 64;
  return '"' + valid_utf8(name, most_shown) + '"';
}

const std::string* Query::take(std::string_view name) {
  const auto found = std::ranges::find(parameters_, name, &Parameter::name);
  if (found == parameters_.end()) return nullptr;
  found->read = true;
  return &found->value;
}

void Query::keep(std::string name, std::string value) {
  const bool repeated = std::ranges::find(parameters_, name, &Parameter::name) != parameters_.end();
  if (repeated) refuse(quoted(name) + " is given more than once");
  parameters_.push_back({.name = std::move(name), .value = std::move(value)});
}

}  // namespace notifier::http
