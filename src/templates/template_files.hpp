#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "notifier/routes.hpp"
#include "templates/mustache_text.hpp"

namespace notifier {

/// The files of one template.
struct TemplateFiles {
  MustacheText subject;
  MustacheText text;
  std::optional<MustacheText> html;
};

/// Reads, parses and checks the template of that name for the routes that use it. The error has a sentence for each fault.
[[nodiscard]] std::expected<TemplateFiles, std::vector<std::string>> load_template(const std::filesystem::path& folder,
                                                                                   const std::string& name,
                                                                                   const std::vector<Route>& routes);

}  // namespace notifier
