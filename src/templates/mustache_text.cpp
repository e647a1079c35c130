#include "templates/mustache_text.hpp"

#include <utility>

namespace notifier {
namespace {

namespace mustache = kainjow::mustache;
using Part = mustache::component<std::string>;
using Context = mustache::context<std::string>;
using mustache::tag_type;

std::string tag_of(std::string_view sign, std::string_view name) {
  return std::string{"{{"}.append(sign).append(name).append("}}");
}

bool is_of_payload(std::string_view name) { return name == "payload" || name.starts_with("payload."); }

class FaultFinder {
 public:
  explicit FaultFinder(const std::function<std::string(std::string_view)>& why_unknown) : why_unknown_{why_unknown} {}

  /// `nested`: within a section of the payload.
  void look_through(const Part& part, bool nested) {
    for (const Part& child : part.children) {
      const std::string& name = child.tag.name;
      switch (child.tag.type) {
        case tag_type::variable:
        case tag_type::unescaped_variable:
          look_up("", name, nested);
          break;
        case tag_type::section_begin:
          look_up("#", name, nested);
          look_through(child, nested || is_of_payload(name));
          break;
        case tag_type::section_begin_inverted:
          look_up("^", name, nested);
          look_through(child, nested);
          break;
        case tag_type::partial:
          faults_.push_back(tag_of("> ", name) + ": partials are not supported, write their text here");
          break;
        default:
          break;
      }
    }
  }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(faults_); }

 private:
  void look_up(std::string_view sign, const std::string& name, bool nested) {
    const bool may_belong_to_section = nested && !name.empty() && !is_of_payload(name);
    if (may_belong_to_section) return;
    if (const std::string why = why_unknown_(name); !why.empty()) faults_.push_back(tag_of(sign, name) + ": " + why);
  }

  const std::function<std::string(std::string_view)>& why_unknown_;
  std::vector<std::string> faults_;
};

bool is_false(const mustache::data* value) { return value == nullptr || value->is_false() || value->is_empty_list(); }

/// The lengths of what takes the place of a character in HTML.
std::size_t escaped_size(const std::string& text) {
  std::size_t size = text.size();
  for (const char character : text) {
    if (character == '&') size += std::string_view{"amp;"}.size();
    if (character == '<' || character == '>') size += std::string_view{"lt;"}.size();
    if (character == '"' || character == '\'') size += std::string_view{"quot;"}.size();
  }
  return size;
}

/// Goes the way of the rendering ahead of it, since the library prints nothing for variables that have no value, and builds
/// a line of whatever length before it hands any of it out. Gathers those variables, and adds up what would be written; each
/// tag counts as a byte at least, so that its own way has an end too.
class Rehearsal {
 public:
  Rehearsal(const mustache::data& data, Escaping escaping) : context_{&data}, escaping_{escaping} {}

  void go_through(const Part& part) {
    for (const Part& child : part.children) {
      if (is_too_long()) return;
      ++size_;
      switch (child.tag.type) {
        case tag_type::text:
          size_ += child.text.size();
          break;
        case tag_type::variable:
          look_up(child.tag.name, escaping_);
          break;
        case tag_type::unescaped_variable:
          look_up(child.tag.name, Escaping::none);
          break;
        case tag_type::section_begin:
          go_through_section(child, context_.get(child.tag.name));
          break;
        case tag_type::section_begin_inverted:
          go_through_inverted(child, context_.get(child.tag.name));
          break;
        default:
          break;
      }
    }
  }

  [[nodiscard]] const std::string& blanks() const { return blanks_; }
  [[nodiscard]] bool is_too_long() const { return size_ > max_rendered_bytes; }

 private:
  void look_up(const std::string& name, Escaping escaping) {
    const mustache::data* value = context_.get(name);
    if (value != nullptr && value->is_string()) {
      size_ += escaping == Escaping::html ? escaped_size(value->string_value()) : value->string_value().size();
    } else if (blanks_.size() < enough_blanks) {
      blanks_.append(blanks_.empty() ? "" : ", ").append(name);
    }
  }

  void go_through_section(const Part& section, const mustache::data* value) {
    if (is_false(value)) return;
    if (!value->is_list()) return go_through_with(section, *value);
    for (const mustache::data& element : value->list_value()) {
      if (is_too_long()) return;
      go_through_with(section, element);
    }
  }

  void go_through_inverted(const Part& section, const mustache::data* value) {
    if (value == nullptr) return go_through(section);
    if (is_false(value)) go_through_with(section, *value);
  }

  void go_through_with(const Part& section, const mustache::data& value) {
    ++size_;
    context_.push(&value);
    go_through(section);
    context_.pop();
  }

  static constexpr std::size_t enough_blanks = 500;

  Context context_;
  const Escaping escaping_;
  std::size_t size_ = 0;
  std::string blanks_;
};

}  // namespace

std::expected<MustacheText, std::string> MustacheText::parse(const std::string& source, Escaping escaping) {
  Context context;
  mustache::context_internal<std::string> internal{context};
  Part root;
  std::string error;
  mustache::parser<std::string>{source, internal, root, error};
  if (!error.empty()) return std::unexpected{std::move(error)};

  auto renderer = std::make_unique<mustache::mustache>(source);
  if (escaping == Escaping::none) renderer->set_custom_escape([](const std::string& text) { return text; });
  return MustacheText{std::move(root), std::move(renderer), escaping};
}

std::vector<std::string> MustacheText::faults(const std::function<std::string(std::string_view name)>& why_unknown) const {
  FaultFinder finder{why_unknown};
  finder.look_through(root_, false);
  return std::move(finder).take();
}

std::expected<std::string, std::string> MustacheText::render(const mustache::data& data) const {
  Rehearsal rehearsal{data, escaping_};
  rehearsal.go_through(root_);
  if (!rehearsal.blanks().empty()) return std::unexpected{"the event has no text or number for " + rehearsal.blanks()};
  if (rehearsal.is_too_long()) {
    return std::unexpected{"the event makes more than " + std::to_string(max_rendered_bytes / 1024) +
                           " KiB, the most that a part of a mail may have"};
  }
  return renderer_->render(data);
}

}  // namespace notifier
