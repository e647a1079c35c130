#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "notifier/notification.hpp"

namespace notifier {

/// Port: renders the words of a notification. Any thread.
class TemplateRenderer {
 public:
  virtual ~TemplateRenderer() = default;

  /// The error is a sentence that names the template and what is wrong: no such template, or the event lacks a variable.
  [[nodiscard]] virtual std::expected<Content, std::string> render(std::string_view template_name,
                                                                   const Event& event) const = 0;
};

}  // namespace notifier
