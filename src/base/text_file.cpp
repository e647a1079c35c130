#include "base/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace notifier {
namespace {

using namespace std::string_view_literals;

/// Of text that is neither, nothing. Most text begins with an ASCII character, which has zeros beside it in both.
std::string_view wide_encoding(std::string_view bytes) {
  const std::string_view four = bytes.substr(0, 4);
  if (four == "\xFF\xFE\0\0"sv || four == "\0\0\xFE\xFF"sv) return "UTF-32";
  if (four.starts_with("\xFF\xFE"sv) || four.starts_with("\xFE\xFF"sv)) return "UTF-16";
  if (four.size() == 4 && (four.ends_with("\0\0\0"sv) || four.starts_with("\0\0\0"sv))) return "UTF-32";
  if (four.size() >= 2 && (four[0] == '\0') != (four[1] == '\0')) return "UTF-16";
  return {};
}

/// Its beginning, up to `most` bytes.
std::expected<std::string, std::error_code> read_bytes(int descriptor, std::size_t most) {
  std::string bytes(most, '\0');
  std::size_t length = 0;
  while (length < most) {
    const ::ssize_t read = ::read(descriptor, bytes.data() + length, most - length);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return std::unexpected{std::error_code{errno, std::generic_category()}};
    if (read == 0) break;
    length += static_cast<std::size_t>(read);
  }
  bytes.resize(length);
  return bytes;
}

std::expected<std::string, std::error_code> read_file(const std::string& path, std::size_t most) {
  if (path == "-") return read_bytes(STDIN_FILENO, most);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected{std::error_code{errno, std::generic_category()}};
  auto bytes = read_bytes(descriptor, most);
  ::close(descriptor);
  return bytes;
}

}  // namespace

std::expected<std::string_view, std::string> text_of_file(std::string_view bytes) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (const std::string_view encoding = wide_encoding(bytes); !encoding.empty()) {
    return std::unexpected{"is " + std::string{encoding} + ": save it as UTF-8"};
  }
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  return bytes;
}

std::expected<std::string, std::string> read_text_file(const std::string& path, std::size_t most) {
  const std::string name = path == "-" ? "standard input" : "'" + path + "'";
  const auto bytes = read_file(path, most + 1);
  if (!bytes) {
    return std::unexpected{"cannot read " + name + ": " + bytes.error().message() + ". Check the path and its rights."};
  }
  if (bytes->size() > most) {
    return std::unexpected{name + " is too large: it may have at most " + std::to_string(most / 1024) + " KiB."};
  }
  const auto text = text_of_file(*bytes);
  if (!text) return std::unexpected{name + " " + text.error() + "."};
  return std::string{*text};
}

}  // namespace notifier
