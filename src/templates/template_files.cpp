#include "templates/template_files.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/text_file.hpp"
#include "templates/mustache_renderer.hpp"

namespace notifier {
namespace {

constexpr std::array<std::string_view, 7> variables_of_every_event{"id",     "notificationId", "eventType", "timestamp",
                                                                   "userId", "email",          "username"};
constexpr std::array<std::string_view, 3> keys_of_every_payload{"userId", "email", "username"};

/// It becomes part of a path.
bool is_template_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !name.empty() && name.size() <= longest && name.find_first_not_of(characters) == std::string_view::npos;
}

/// Links within it are none of others' business: where folders are replaced as a whole, all files of one may be links.
bool leads_out_of(const std::filesystem::path& folder, const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path inside = std::filesystem::canonical(folder, error);
  if (error) return false;
  const std::filesystem::path file = std::filesystem::canonical(path, error);
  return !error && std::ranges::mismatch(inside, file).in1 != inside.end();
}

std::expected<std::string, std::string> read_text(const std::filesystem::path& folder, const std::filesystem::path& path) {
  if (leads_out_of(folder, path)) {
    return std::unexpected{"is a link that leads out of the folder of templates: put the file itself there"};
  }
  std::ifstream stream{path, std::ios::binary};
  std::string text(max_template_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) return std::unexpected{"cannot be read: check its rights"};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > max_template_bytes) {
    return std::unexpected{"is too large: a file of a template has at most " + std::to_string(max_template_bytes / 1024) +
                           " KiB"};
  }
  const auto content = text_of_file(text);
  if (!content) return std::unexpected{content.error()};
  return std::string{*content};
}

bool is_one_of(std::string_view text, const auto& all) { return std::ranges::find(all, text) != std::ranges::end(all); }

std::string why_unknown(std::string_view name, const Route& route) {
  if (is_one_of(name, variables_of_every_event)) return {};
  constexpr std::string_view prefix = "payload.";
  if (!name.starts_with(prefix)) return "no such variable: what the payload has is payload.KEY";
  const std::string_view key = name.substr(prefix.size(), name.find('.', prefix.size()) - prefix.size());
  if (route.name.empty() || is_one_of(key, keys_of_every_payload) || is_one_of(key, route.payload_keys)) return {};
  return "the route '" + route.name + "' has no '" + std::string{key} + "' in its payload-keys: add it there, if its " +
         "events have it";
}

class Loader {
 public:
  Loader(const std::filesystem::path& folder, const std::string& name, const std::vector<Route>& routes)
      : folder_{folder}, name_{name}, routes_{routes} {}

  /// Complains once of the files among those that are needed and are not there.
  void require(std::initializer_list<std::string_view> parts) {
    std::string missing;
    for (const std::string_view part : parts) {
      std::error_code error;
      const std::filesystem::path path = path_of(part);
      const bool is_there = std::filesystem::exists(path, error);
      if (error) return complain_of_name("cannot look for " + path.string() + ": " + error.message() + ". Check the rights");
      if (!is_there) missing.append(missing.empty() ? "there is no file " : " and no file ").append(path.string());
    }
    if (missing.empty()) return;
    const std::string folder = is_there(folder_) ? "" : ", since there is no folder " + folder_.string();
    complain_of_name(missing + folder + ". Write what is missing, or set TEMPLATE_DIR to where it is");
  }

  /// Of each route that names the template, or of the template if none does and it is only rendered.
  void complain_of_name(const std::string& what) {
    const std::size_t faults_before = faults_.size();
    for (const Route& route : routes_) {
      if (route.template_name != name_ || route.name.empty()) continue;
      faults_.push_back("[routes." + route.name + "] template: " + what + ".");
    }
    if (faults_.size() == faults_before) faults_.push_back("Template '" + name_ + "': " + what + ".");
  }

  [[nodiscard]] bool has_faults() const { return !faults_.empty(); }

  std::optional<MustacheText> optional(std::string_view part, Escaping escaping) {
    const std::filesystem::path path = path_of(part);
    return is_there(path) ? load(part, path, escaping) : std::nullopt;
  }

  [[nodiscard]] std::vector<std::string> take_faults() && { return std::move(faults_); }

 private:
  [[nodiscard]] std::filesystem::path path_of(std::string_view part) const { return path_of(name_, part); }

  [[nodiscard]] std::filesystem::path path_of(const std::string& name, std::string_view part) const {
    return folder_ / (name + "." + std::string{part} + ".mustache");
  }

  [[nodiscard]] std::expected<std::string, std::string> partial(const std::string& name, std::string_view part) const {
    if (!is_template_name(name))
      return std::unexpected{"name it by 1 to 64 letters, digits, '-' and '_', which are a file's"};
    const std::filesystem::path own = path_of(name, part);
    const std::filesystem::path of_all_parts = folder_ / (name + ".mustache");
    if (!is_there(own) && !is_there(of_all_parts)) {
      return std::unexpected{"there is no file " + own.string() + ", nor " + of_all_parts.filename().string() +
                             ": write one of them"};
    }
    const std::filesystem::path& path = is_there(own) ? own : of_all_parts;
    auto text = read_text(folder_, path);
    if (!text) return std::unexpected{path.string() + " " + text.error()};
    return text;
  }

  [[nodiscard]] std::expected<MustacheText, std::string> parsed(std::string_view part, const std::filesystem::path& path,
                                                                Escaping escaping) const {
    const auto source = read_text(folder_, path);
    if (!source) return std::unexpected{source.error()};
    auto text = MustacheText::parse(*source, escaping, [&](const std::string& name) { return partial(name, part); });
    if (text && text->is_blank())
      return std::unexpected{"there are no words in it, and no mail goes out without: write some"};
    return text;
  }

  static bool is_there(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
  }

  void complain(const std::filesystem::path& path, const std::string& what) {
    faults_.push_back(path.string() + ": " + what + ".");
  }

  std::optional<MustacheText> load(std::string_view part, const std::filesystem::path& path, Escaping escaping) {
    auto text = parsed(part, path, escaping);
    if (!text) {
      complain(path, text.error());
      return std::nullopt;
    }
    for (const Route& route : routes_) {
      if (route.template_name != name_) continue;
      for (const std::string& fault : text->faults([&](std::string_view name) { return why_unknown(name, route); })) {
        complain(path, fault);
      }
    }
    return std::move(*text);
  }

  const std::filesystem::path& folder_;
  const std::string& name_;
  const std::vector<Route>& routes_;
  std::vector<std::string> faults_;
};

}  // namespace

std::expected<TemplateFiles, std::vector<std::string>> load_template(const std::filesystem::path& folder,
                                                                     const std::string& name,
                                                                     const std::vector<Route>& routes) {
  Loader loader{folder, name, routes};
  if (is_template_name(name)) {
    loader.require({"subject", "text"});
  } else {
    loader.complain_of_name("a template cannot be named '" + name +
                            "': use 1 to 64 letters, digits, '-' and '_', without the end of the file");
  }
  if (loader.has_faults()) return std::unexpected{std::move(loader).take_faults()};
  auto subject = loader.optional("subject", Escaping::none);
  auto text = loader.optional("text", Escaping::none);
  auto html = loader.optional("html", Escaping::html);
  auto faults = std::move(loader).take_faults();
  if (!subject || !text || !faults.empty()) return std::unexpected{std::move(faults)};
  return TemplateFiles{.subject = std::move(*subject), .text = std::move(*text), .html = std::move(html)};
}

}  // namespace notifier
