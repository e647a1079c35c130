#include "base/checked_json.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

namespace notifier {
namespace {

namespace json = boost::json;
using ErrorCode = boost::system::error_code;

/// The double nearest to `text`, which is a JSON number. `approximation` is the parser's own reading, which may be slightly
/// off. Nothing, when the number is too large.
std::optional<double> nearest_double(std::string_view text, double approximation) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool too_small = std::abs(approximation) < 1;
    return too_small ? std::optional{0.0} : std::nullopt;
  }
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

/// Takes the parser's events, builds the value and notices what the parser itself would let through.
class ValueBuilder {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit ValueBuilder(json::storage_ptr storage) { stack_.reset(std::move(storage)); }

  json::value release() { return stack_.release(); }

  /// What was wrong, when an event was refused.
  [[nodiscard]] const std::string& fault() const { return fault_; }

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }

  bool on_object_begin(ErrorCode&) {
    object_starts_.push_back(open_keys_.size());
    return true;
  }

  bool on_object_end(std::size_t size, ErrorCode& error) {
    if (!check_keys_of_innermost_object(error)) return false;
    stack_.push_object(size);
    return true;
  }

  bool on_array_begin(ErrorCode&) {
    ++open_arrays_;
    return true;
  }

  bool on_array_end(std::size_t size, ErrorCode&) {
    --open_arrays_;
    stack_.push_array(size);
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, ErrorCode&) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }

  bool on_key(json::string_view part, std::size_t, ErrorCode& error) {
    if (!count_member(error)) return false;
    key_.append(part.data(), part.size());
    open_keys_.push_back(std::exchange(key_, {}));
    stack_.push_key(part);
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, ErrorCode&) {
    stack_.push_chars(part);
    return true;
  }

  bool on_string(json::string_view part, std::size_t, ErrorCode&) {
    stack_.push_string(part);
    return true;
  }

  bool on_number_part(json::string_view part, ErrorCode&) {
    number_.append(part.data(), part.size());
    return true;
  }

  bool on_int64(std::int64_t value, json::string_view, ErrorCode&) {
    number_.clear();
    stack_.push_int64(value);
    return true;
  }

  bool on_uint64(std::uint64_t value, json::string_view, ErrorCode&) {
    number_.clear();
    stack_.push_uint64(value);
    return true;
  }

  bool on_double(double approximation, json::string_view part, ErrorCode& error) {
    number_.append(part.data(), part.size());
    const auto value = nearest_double(std::exchange(number_, {}), approximation);
    if (!value) return refuse("body has a number that is too large", error);
    stack_.push_double(*value);
    return true;
  }

  bool on_bool(bool value, ErrorCode&) {
    stack_.push_bool(value);
    return true;
  }

  bool on_null(ErrorCode&) {
    stack_.push_null();
    return true;
  }

  bool on_comment_part(json::string_view, ErrorCode&) { return true; }
  bool on_comment(json::string_view, ErrorCode&) { return true; }

 private:
  bool refuse(std::string fault, ErrorCode& error) {
    fault_ = std::move(fault);
    error = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
    return false;
  }

  bool count_member(ErrorCode& error) {
    if (open_keys_.size() - object_starts_.back() == max_object_members) {
      return refuse("body has an object with more than " + std::to_string(max_object_members) + " members", error);
    }
    const bool is_inner = object_starts_.size() > 1 || open_arrays_ > 0;
    if (is_inner && ++inner_members_ > max_inner_members) {
      return refuse("body has more than " + std::to_string(max_inner_members) + " members in the objects within it", error);
    }
    return true;
  }

  bool check_keys_of_innermost_object(ErrorCode& error) {
    const auto start = std::next(open_keys_.begin(), static_cast<std::ptrdiff_t>(object_starts_.back()));
    std::sort(start, open_keys_.end());
    const auto twice = std::adjacent_find(start, open_keys_.end());
    if (twice != open_keys_.end()) return refuse("body has the key " + quoted_key(*twice) + " twice in one object", error);
    open_keys_.erase(start, open_keys_.end());
    object_starts_.pop_back();
    return true;
  }

  json::value_stack stack_;
  std::string key_;     ///< what is known of the key that is being read
  std::string number_;  ///< likewise of the number
  // As many as events usually have need no memory of their own.
  boost::container::small_vector<std::string, 16> open_keys_;     ///< of the objects that have not ended, outermost first
  boost::container::small_vector<std::size_t, 4> object_starts_;  ///< for each of those objects, where its keys begin
  std::size_t open_arrays_ = 0;
  std::size_t inner_members_ = 0;
  std::string fault_;
};

std::string describe(const ErrorCode& error, std::size_t position) {
  if (error == json::error::too_deep) return "body is nested deeper than " + std::to_string(max_json_depth) + " levels";
  return "body is not valid JSON: " + error.message() + " at byte " + std::to_string(position);
}

}  // namespace

std::expected<json::value, std::string> read_checked_json(std::string_view text, json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = max_json_depth;
  json::basic_parser<ValueBuilder> parser{options, std::move(storage)};

  ErrorCode error;
  const std::size_t consumed = parser.write_some(false, text.data(), text.size(), error);
  if (!error && consumed < text.size()) error = json::error::extra_data;
  if (!error) return parser.handler().release();
  if (!parser.handler().fault().empty()) return std::unexpected{parser.handler().fault()};
  return std::unexpected{describe(error, consumed)};
}

std::string quoted_key(std::string_view key) {
  constexpr std::size_t longest_shown = 200;
  if (key.size() <= longest_shown) return '"' + std::string{key} + '"';
  std::size_t end = longest_shown;
  const auto is_continuation = [&](std::size_t i) { return (static_cast<unsigned char>(key[i]) & 0xC0U) == 0x80U; };
  while (end > 0 && is_continuation(end)) --end;
  return '"' + std::string{key.substr(0, end)} + "…\"";
}

}  // namespace notifier
