#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "notifier/routes.hpp"
#include "notifier/template_renderer.hpp"

namespace notifier {

/// Largest file of a template, in bytes.
inline constexpr std::size_t max_template_bytes = 256 * 1024;

/// Reads the templates that the routes name from `folder`, once: `NAME.subject.mustache`, `NAME.text.mustache` and, when
/// there is one, `NAME.html.mustache`, the only one in which values are escaped. Each is parsed, and its variables checked
/// against what the routes that use it declare; a route without a name stands for one that declares all that the template
/// uses. The error has a line for each fault that was found.
///
/// A partial, `{{> NAME}}`, is `NAME.PART.mustache`, where PART is that of the file in which it is named, or else
/// `NAME.mustache`. No file is read that a link takes from elsewhere.
///
/// Variables are `id`, `notificationId`, `eventType`, `timestamp`, `userId`, `email`, `username` and `payload.KEY`, which
/// may also be a section.
[[nodiscard]] std::expected<std::unique_ptr<TemplateRenderer>, std::string> make_template_renderer(
    const std::filesystem::path& folder, const std::vector<Route>& routes);

}  // namespace notifier
