#include "storage/sql/statement.hpp"

namespace notifier::sql {

Statement& Statement::sql(std::string_view words) {
  text_ += words;
  return *this;
}

Statement& Statement::value(std::string_view text) {
  values_.push_back({.at = text_.size(), .bytes = std::string{text}, .is_text = true});
  return sql("?");
}

Statement& Statement::value(std::span<const std::byte> bytes) {
  const auto* const characters = reinterpret_cast<const char*>(bytes.data());
  values_.push_back({.at = text_.size(), .bytes = std::string(characters, bytes.size()), .is_text = false});
  return sql("?");
}

Statement& Statement::value(std::uint64_t number) { return sql(std::to_string(number)); }

}  // namespace notifier::sql
