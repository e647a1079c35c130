#include "senders/http/answer_reader.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <charconv>
#include <utility>

namespace notifier {
namespace {

constexpr std::size_t kept_of_body = 1024;
constexpr std::size_t most_read = std::size_t{64} * 1024;
constexpr std::string_view retry_after = "retry-after:";
constexpr std::string_view location = "location:";

/// Whether it is the header of that name, with its colon.
bool is_header(std::string_view line, std::string_view name) { return boost::algorithm::istarts_with(line, name); }

std::string value_of(std::string_view line, std::string_view name) {
  return boost::algorithm::trim_copy(std::string{line.substr(name.size())});
}

/// Of a status line: `HTTP/1.1 200 OK`, `HTTP/2 200`.
long status_of(std::string_view line) {
  long status = 0;
  const std::size_t space = std::min(line.find(' '), line.size() - 1);
  std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

}  // namespace

void AnswerReader::attach_to(CURL* handle) {
  ::curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &AnswerReader::on_header);
  ::curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  ::curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &AnswerReader::on_body);
  ::curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
}

std::optional<HttpAnswer> AnswerReader::take_answer() {
  if (!header_complete_) return std::nullopt;
  return std::move(answer_);
}

std::size_t AnswerReader::on_header(char* bytes, std::size_t, std::size_t size, void* reader) {
  auto& self = *static_cast<AnswerReader*>(reader);
  if (!self.header_complete_) self.read_header({bytes, size});
  return self.count(size);
}

std::size_t AnswerReader::on_body(char* bytes, std::size_t, std::size_t size, void* reader) {
  auto& self = *static_cast<AnswerReader*>(reader);
  self.answer_.body.append(bytes, std::min(size, kept_of_body - self.answer_.body.size()));
  return self.count(size);
}

void AnswerReader::read_header(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    answer_ = {.status = status_of(line)};
  } else if (is_header(line, retry_after)) {
    answer_.retry_after = value_of(line, retry_after);
  } else if (is_header(line, location)) {
    answer_.location = value_of(line, location);
  } else if (line == "\r\n" || line == "\n") {
    header_complete_ = answer_.status >= 200;
  }
}

/// A number other than `size` ends the transfer.
std::size_t AnswerReader::count(std::size_t size) {
  read_ += size;
  return read_ > most_read ? size + 1 : size;
}

}  // namespace notifier
