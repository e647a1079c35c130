#include "cli/settings/setting_values.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/text_file.hpp"
#include "cli/settings/duration.hpp"

namespace notifier {
namespace {

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};

/// Those of powers of 1024, in which sizes are shown, the largest first.
constexpr auto size_units =
    std::to_array<SizeUnit>({{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"GB", 1'000'000'000}, {"MB", 1'000'000}, {"", 1}});

bool is_network(const std::string& text) {
  boost::system::error_code no_v4;
  boost::system::error_code no_v6;
  boost::asio::ip::make_network_v4(text, no_v4);
  boost::asio::ip::make_network_v6(text, no_v6);
  return !no_v4 || !no_v6;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text) {
    switch (character) {
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        quoted += character;
    }
  }
  return quoted + "'";
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream{text};
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(CLI::detail::trim_copy(part));
  return parts;
}

std::string joined(const std::vector<std::string>& parts) { return CLI::detail::join(parts, ", "); }

std::expected<std::uint32_t, std::string> number_from(const std::string& text, std::uint32_t least, std::uint32_t most) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    return std::unexpected{in_quotes(text) + " is not a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most)};
  }
  return number;
}

std::expected<std::chrono::milliseconds, std::string> duration_from(const std::string& text,
                                                                    std::chrono::milliseconds longest) {
  const auto duration = parse_duration(text);
  if (!duration) {
    return std::unexpected{in_quotes(text) +
                           " is not a duration: give a number with a unit, for example 500ms, 30s, 5m, 1h or 30d"};
  }
  if (*duration > longest) return std::unexpected{in_quotes(text) + " is too long: give at most " + show_duration(longest)};
  return *duration;
}

std::expected<std::vector<std::chrono::milliseconds>, std::string> retry_delays_from(const std::vector<std::string>& parts,
                                                                                     const std::string& example) {
  constexpr std::size_t most = 10;
  std::vector<std::chrono::milliseconds> delays;
  for (const std::string& part : parts) {
    const auto delay = parse_duration(part);
    if (!delay || *delay < std::chrono::milliseconds{1} || *delay > std::chrono::hours{24}) {
      return std::unexpected{in_quotes(part) + " is not a duration from 1ms to 24h: give one to ten, for example " +
                             example};
    }
    delays.push_back(*delay);
  }
  if (delays.empty() || delays.size() > most) {
    return std::unexpected{"needs one to ten durations, for example " + example};
  }
  return delays;
}

std::expected<std::uint64_t, std::string> size_from(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, number);
  const auto unit = std::ranges::find(size_units, std::string_view{end, text_end}, &SizeUnit::name);
  if (error != std::errc{} || unit == size_units.end()) {
    return std::unexpected{in_quotes(text) +
                           " is not a size: give a number of bytes, or one with MB, GB, MiB or GiB, for example 64MiB"};
  }
  if (number > most / unit->bytes || number * unit->bytes < least) {
    return std::unexpected{in_quotes(text) + " is not a size from " + show_size(least) + " to " + show_size(most)};
  }
  return number * unit->bytes;
}

std::string show_size(std::uint64_t bytes) {
  const auto unit = std::ranges::find_if(size_units, [bytes](const SizeUnit& one) { return bytes % one.bytes == 0; });
  return std::to_string(bytes / unit->bytes).append(unit->name);
}

std::expected<std::vector<std::string>, std::string> networks_from(std::vector<std::string> parts) {
  for (const std::string& part : parts) {
    if (is_network(part)) continue;
    return std::unexpected{in_quotes(part) + " is not a network: give its address and length, for example 10.0.0.0/8, " +
                           "127.0.0.1/32 or fd00::/8"};
  }
  return parts;
}

std::string path_from(const std::filesystem::path& folder, const std::filesystem::path& path) {
  if (path.empty()) return {};
  std::error_code no_working_directory;
  const std::filesystem::path whole = std::filesystem::absolute(folder / path, no_working_directory);
  if (no_working_directory) return folder / path;
  std::filesystem::path shown;
  for (const std::filesystem::path& part : whole) {
    if (part != ".") shown /= part;
  }
  return shown;
}

std::expected<std::string, std::string> without_space_around(const std::string& text) {
  if (text == CLI::detail::trim_copy(text)) return text;
  return std::unexpected{in_quotes(text) + " has white space at its beginning or end: leave that out"};
}

std::expected<std::string, std::string> listening_host_from(const std::string& text) {
  const bool is_bracketed = text.starts_with('[') && text.ends_with(']') && text.contains(':');
  std::string host = is_bracketed ? text.substr(1, text.size() - 2) : text;
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  const bool is_name = !host.empty() && std::ranges::all_of(host, [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '.' || letter == '-' || letter == '_';
  });
  if (!no_address || is_name) return host;
  return std::unexpected{in_quotes(text) +
                         " is no address and no name to listen on: give 127.0.0.1 for this machine alone, " +
                         "0.0.0.0 for all that can reach it, or one of its addresses or names"};
}

std::expected<std::string, std::string> content_of_file(const std::string& path, std::size_t most) {
  errno = 0;
  std::ifstream stream{path, std::ios::binary};
  std::string content(most + 1, '\0');
  if (stream.is_open()) stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!stream.is_open() || stream.bad()) {
    const std::string why = errno == 0 ? "" : " (" + std::generic_category().message(errno) + ")";
    return std::unexpected{"cannot be read" + why + ": check its path and rights"};
  }
  content.resize(static_cast<std::size_t>(stream.gcount()));
  if (content.size() > most) return std::unexpected{"is larger than " + std::to_string(most / 1024) + " KiB"};
  return content;
}

std::expected<std::string, std::string> secret_from_file(const std::string& path, const std::string& if_empty) {
  constexpr std::size_t most = 64 * 1024;
  const auto content = content_of_file(path, most);
  const auto text = content ? text_of_file(*content) : std::unexpected{content.error()};
  if (!text) return std::unexpected{"names the file " + in_quotes(path) + ", which " + text.error()};
  if (text->find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return std::unexpected{"names the file " + in_quotes(path) + ", which is empty: " + if_empty};
  }
  return std::string{text->substr(0, text->find_last_not_of("\r\n") + 1)};
}

}  // namespace notifier
