#include "http/client/line_splitter.hpp"

#include <utility>

#include "domain/event_schema.hpp"

namespace notifier::client {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t longest_line = byte_order_mark.size() + max_event_bytes + 1;  ///< with a carriage return

bool is_blank(const Line& line) { return !line.too_long && line.text.find_first_not_of(" \t") == std::string::npos; }

}  // namespace

void LineSplitter::append(std::string_view bytes) {
  bytes_gone_ += begin_;
  buffer_.erase(0, std::exchange(begin_, 0));
  buffer_.append(bytes);
}

std::optional<Line> LineSplitter::next() {
  std::optional<Line> line = next_of_any_kind();
  while (line && is_blank(*line)) line = next_of_any_kind();
  return line;
}

std::optional<Line> LineSplitter::next_of_any_kind() {
  const std::size_t end = buffer_.find('\n', begin_);
  if (end != std::string::npos) {
    Line line = take(end - begin_);
    line.end = bytes_gone_ + ++begin_;
    return line;
  }
  const std::size_t rest = buffer_.size() - begin_;
  if (finished_) {
    if (rest == 0 && !overflowed_) return std::nullopt;
    return take(rest);
  }
  if (rest > longest_line) {
    overflowed_ = true;
    begin_ = buffer_.size();
  }
  return std::nullopt;
}

Line LineSplitter::take(std::size_t size) {
  std::string_view text{buffer_.data() + begin_, size};
  begin_ += size;
  // Concatenating files puts the mark of each before a line.
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.ends_with('\r')) text.remove_suffix(1);
  Line line{.number = ++number_,
            .too_long = std::exchange(overflowed_, false) || text.size() > max_event_bytes,
            .end = bytes_gone_ + begin_};
  if (!line.too_long) line.text = text;
  return line;
}

}  // namespace notifier::client
