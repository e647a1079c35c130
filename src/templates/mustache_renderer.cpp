#include "templates/mustache_renderer.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "templates/event_data.hpp"
#include "templates/template_files.hpp"

namespace notifier {
namespace {

using Templates = std::map<std::string, TemplateFiles, std::less<>>;

bool is_control(unsigned char character) { return character < 0x20 || character == 0x7F; }

/// U+0080 to U+009F, of which U+0085 ends a line, have this first byte in UTF-8.
bool is_control(unsigned char first, unsigned char second) { return first == 0xC2 && second >= 0x80 && second < 0xA0; }

/// One line without control characters, trimmed.
std::string as_line(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte_at = [&](std::size_t place) { return static_cast<unsigned char>(text[place]); };
    if (is_control(byte_at(i))) text[i] = ' ';
    if (i + 1 < text.size() && is_control(byte_at(i), byte_at(i + 1))) text[i] = text[i + 1] = ' ';
  }
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

class MustacheRenderer final : public TemplateRenderer {
 public:
  explicit MustacheRenderer(Templates templates) : templates_{std::move(templates)} {}

  [[nodiscard]] std::expected<Content, std::string> render(std::string_view template_name,
                                                           const Event& event) const override {
    const auto found = templates_.find(template_name);
    const auto fail = [&](const std::string& why) {
      return std::unexpected{"template '" + std::string{template_name} + "': " + why};
    };
    if (found == templates_.end()) return fail("there is no such template");
    const TemplateFiles& files = found->second;
    const auto data = event_data(event);
    if (!data) return fail(data.error());

    const auto subject = files.subject.render(*data);
    if (!subject) return fail("in the subject, " + subject.error());
    Content content{.subject = as_line(*subject)};
    if (content.subject.empty()) return fail("the subject is empty");

    auto text = files.text.render(*data);
    if (!text) return fail("in the text, " + text.error());
    content.text = std::move(*text);

    if (files.html) {
      auto html = files.html->render(*data);
      if (!html) return fail("in the HTML, " + html.error());
      content.html = std::move(*html);
    }
    return content;
  }

 private:
  Templates templates_;
};

}  // namespace

std::expected<std::unique_ptr<TemplateRenderer>, std::string> make_template_renderer(const std::filesystem::path& folder,
                                                                                     const std::vector<Route>& routes) {
  Templates templates;
  std::string faults;
  const auto complain = [&](const std::string& fault) { faults.append(faults.empty() ? "" : "\n").append(fault); };
  std::set<std::string> names;
  for (const Route& route : routes) {
    if (!route.template_name.empty()) names.insert(route.template_name);
  }
  for (const std::string& name : names) {
    auto files = load_template(folder, name, routes);
    if (files) {
      templates.emplace(name, std::move(*files));
    } else {
      std::ranges::for_each(files.error(), complain);
    }
  }
  if (!faults.empty()) return std::unexpected{std::move(faults)};
  return std::make_unique<MustacheRenderer>(std::move(templates));
}

}  // namespace notifier
