#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <kainjow/mustache.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

enum class Escaping { none, html };

/// The most that an event may make of one file of a template: some times what an event and a file may have themselves.
inline constexpr std::size_t max_rendered_bytes = 1024 * 1024;

/// One file of a template, parsed. Any thread.
class MustacheText {
 public:
  /// The error says what cannot be parsed and where.
  [[nodiscard]] static std::expected<MustacheText, std::string> parse(const std::string& source, Escaping escaping);

  /// The tags that can never be filled, each as `{{name}}` and why. `why_unknown` answers nothing for a name that an event
  /// may have. Within a section of the payload any other name may belong to what the section is over.
  [[nodiscard]] std::vector<std::string> faults(const std::function<std::string(std::string_view name)>& why_unknown) const;

  /// The error names the variables that have no text or number there, or says that it would be more than
  /// `max_rendered_bytes`, of which nothing is made. A section asks whether its name is there, so that it may be missing.
  [[nodiscard]] std::expected<std::string, std::string> render(const kainjow::mustache::data& data) const;

 private:
  using Part = kainjow::mustache::component<std::string>;

  MustacheText(Part root, std::unique_ptr<kainjow::mustache::mustache> renderer, Escaping escaping)
      : root_{std::move(root)}, renderer_{std::move(renderer)}, escaping_{escaping} {}

  Part root_;
  /// Its `render` is not const, but changes nothing where there are neither partials nor lambdas.
  std::unique_ptr<kainjow::mustache::mustache> renderer_;
  Escaping escaping_;
};

}  // namespace notifier
