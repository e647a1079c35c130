#include "senders/http/http_answer.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <system_error>
#include <utility>

#include "base/clean_text.hpp"
#include "senders/private_addresses.hpp"

namespace notifier {
namespace {

using std::chrono::seconds;

constexpr std::size_t longest_excerpt = 200;
constexpr seconds longest_retry_after = std::chrono::years{1};

bool is_sent(long status) { return status >= 200 && status < 300; }

bool is_final(long status, std::span<const std::uint16_t> final) {
  constexpr long gone = 410;
  return status == gone || std::ranges::find(final, status) != final.end();
}

/// 4xx is about the request, except for keys that are refused, places where nothing is, and a server that cannot take more.
bool concerns_destination(long status) {
  constexpr std::array of_the_destination{401, 403, 404, 407, 408, 421, 425, 429};
  const bool is_about_request = status >= 400 && status < 500;
  return !is_about_request || std::ranges::find(of_the_destination, status) != of_the_destination.end();
}

std::string excerpt_of(std::string_view text, std::string_view configured_host) {
  // Controls that are left out may stand within an address.
  return clean_text(without_private_addresses(clean_text(text, text.size()), configured_host), longest_excerpt);
}

/// Secrets may be in user and password, query and fragment.
std::string without_secrets(std::string_view url) {
  constexpr std::string_view slashes = "/\\";
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t colon = url.find(':');
  const bool has_scheme = colon < url.find_first_of(slashes);
  const std::size_t after_scheme = has_scheme ? colon + 1 : 0;
  const std::size_t host = std::min(url.find_first_not_of(slashes, after_scheme), url.size());
  if (!has_scheme && host < 2) return std::string{url};  // a path
  const std::string_view user_and_host = url.substr(host, url.find_first_of(slashes, host) - host);
  const std::size_t at = user_and_host.rfind('@');
  const std::size_t user_length = at == std::string_view::npos ? 0 : at + 1;
  return std::string{url.substr(0, host)}.append(url.substr(host + user_length));
}

/// The status, and the beginning of the body, in which providers name what they have accepted or why not. That of a redirect
/// is a page for people.
std::string shown(const HttpAnswer& answer, std::string_view configured_host) {
  std::string text = "HTTP " + std::to_string(answer.status);
  const bool is_redirect = answer.status >= 300 && answer.status < 400 && !answer.location.empty();
  if (is_redirect) {
    const std::string target = excerpt_of(without_secrets(answer.location), configured_host);
    return text.append(": a redirect to ").append(target).append(", which is not followed");
  }
  const std::string excerpt = excerpt_of(answer.body, configured_host);
  if (!excerpt.empty()) text.append(": ").append(excerpt);
  return text;
}

std::optional<seconds> parse_seconds(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end != digits.data() + digits.size()) return std::nullopt;
  return failure == std::errc::result_out_of_range ? longest_retry_after : seconds{number};
}

}  // namespace

SendResult meaning_of(const HttpAnswer& answer, std::span<const std::uint16_t> final,
                      std::chrono::system_clock::time_point now, std::string_view configured_host) {
  std::string text = shown(answer, configured_host);
  if (is_sent(answer.status)) return Sent{.reply = std::move(text)};
  if (is_final(answer.status, final)) return PermanentFailure{std::move(text)};
  return TransientFailure{.error = std::move(text),
                          .retry_after = parse_retry_after(answer.retry_after, now),
                          .concerns_destination = concerns_destination(answer.status)};
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now) {
  if (value.empty()) return std::nullopt;
  const bool is_number = std::ranges::all_of(value, [](char byte) { return byte >= '0' && byte <= '9'; });
  std::optional<seconds> wait;
  if (is_number) {
    wait = parse_seconds(value);
  } else if (const std::time_t date = ::curl_getdate(std::string{value}.c_str(), nullptr); date != -1) {
    wait = seconds{date} - std::chrono::floor<seconds>(now.time_since_epoch());
  }
  if (!wait) return std::nullopt;
  return std::clamp<seconds>(*wait, seconds{0}, longest_retry_after);
}

}  // namespace notifier
