#include "domain/fingerprint.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/sha256.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

/// Writes the canonical form that is hashed. Rows keep fingerprints, so this form must never change. Every string is
/// preceded by its length and every container by its size, so that different values cannot have the same form.
class CanonicalWriter {
 public:
  void write_string(std::string_view text) {
    write_tagged('s', text.size());
    out_ += text;
  }

  void write_value(const json::value& value) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += 'n';
        break;
      case json::kind::bool_:
        out_ += value.get_bool() ? 't' : 'f';
        break;
      case json::kind::int64:
        write_tagged('i', value.get_int64());
        break;
      case json::kind::uint64:
        write_tagged('i', value.get_uint64());
        break;
      case json::kind::double_:
        write_double(value.get_double());
        break;
      case json::kind::string:
        write_string(value.get_string());
        break;
      case json::kind::array:
        write_array(value.get_array());
        break;
      case json::kind::object:
        write_object(value.get_object());
        break;
    }
  }

  void write_object(const json::object& object) {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const json::key_value_pair* member) { return std::string_view{member->key()}; });

    write_tagged('o', members.size());
    for (const auto* member : members) {
      write_string(member->key());
      write_value(member->value());
    }
  }

  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  template <typename Number>
  void write_tagged(char tag, Number number) {
    char digits[32];
    const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number);
    out_ += tag;
    out_.append(digits, end);
    out_ += ':';
  }

  /// A double that is a 64-bit integer is written as one; hence also -0 as 0.
  void write_double(double number) {
    constexpr double two_to_63 = 9223372036854775808.0;
    constexpr double two_to_64 = 18446744073709551616.0;
    const bool whole = std::trunc(number) == number;
    if (whole && number >= -two_to_63 && number < 0) {
      write_tagged('i', static_cast<std::int64_t>(number));
    } else if (whole && number >= 0 && number < two_to_64) {
      write_tagged('i', static_cast<std::uint64_t>(number));
    } else {
      write_tagged('d', number);
    }
  }

  void write_array(const json::array& array) {
    write_tagged('a', array.size());
    for (const auto& element : array) write_value(element);
  }

  std::string out_;
};

}  // namespace

Fingerprint fingerprint_of(std::string_view type, std::string_view timestamp, const json::object& payload) {
  CanonicalWriter writer;
  writer.write_string(type);
  writer.write_string(timestamp);
  writer.write_object(payload);
  return sha256(writer.text());
}

}  // namespace notifier
