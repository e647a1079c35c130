#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifier {

enum class Escaping { none, html };

/// The most that an event may make of one file of a template: some times what an event and a file may have themselves.
inline constexpr std::size_t max_rendered_bytes = 1024 * 1024;

/// The most that a file of a template and its partials may have, each as often as it is named.
inline constexpr std::size_t max_source_bytes = 1024 * 1024;

/// Most partials within each other.
inline constexpr std::size_t max_partial_depth = 10;

/// Most sections within each other, in one file.
inline constexpr std::size_t max_section_depth = 100;

/// The source of the partial of that name. The error is what is wrong, as a part of a sentence.
using PartialSource = std::function<std::expected<std::string, std::string>(const std::string& name)>;

/// One file of a template, parsed, with its partials in their places. As the Mustache specification has it: tags that stand
/// alone on a line leave no line behind, and a partial that does takes the indentation of its tag. Any thread.
class MustacheText {
 public:
  /// The error says what cannot be parsed and where, or which partial cannot be had and why: that it contains itself, for
  /// example.
  [[nodiscard]] static std::expected<MustacheText, std::string> parse(const std::string& source, Escaping escaping,
                                                                      const PartialSource& partials);

  /// The tags that can never be filled, each as `{{name}}` and why, behind the partial that it is in. `why_unknown` answers
  /// nothing for a name that an event may have. Within a section of the payload any other name may belong to what the
  /// section is over.
  [[nodiscard]] std::vector<std::string> faults(const std::function<std::string(std::string_view name)>& why_unknown) const;

  /// Whether it makes nothing but white space of any event.
  [[nodiscard]] bool is_blank() const;

  /// The error names the variables that have no text or number there, or says that it would be more than
  /// `max_rendered_bytes`. A section asks whether its name is there, so that it may be missing.
  [[nodiscard]] std::expected<std::string, std::string> render(const kainjow::mustache::data& data) const;

 private:
  using Part = kainjow::mustache::component<std::string>;

  MustacheText(Part root, Escaping escaping) : root_{std::move(root)}, escaping_{escaping} {}

  Part root_;  ///< a partial's tag has the parts of the partial as its children
  Escaping escaping_;
};

}  // namespace notifier
