#include "template/mustache_text.hpp"

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

/// Goes the way of the rendering and gathers the variables that would stay blank: the library prints nothing for them.
class BlankFinder {
 public:
  explicit BlankFinder(const mustache::data& data) : context_{&data} {}

  void look_through(const Part& part) {
    for (const Part& child : part.children) {
      switch (child.tag.type) {
        case tag_type::variable:
        case tag_type::unescaped_variable:
          look_up(child.tag.name);
          break;
        case tag_type::section_begin:
          look_through_section(child, context_.get(child.tag.name));
          break;
        case tag_type::section_begin_inverted:
          look_through_inverted(child, context_.get(child.tag.name));
          break;
        default:
          break;
      }
    }
  }

  [[nodiscard]] const std::string& blanks() const { return blanks_; }

 private:
  void look_up(const std::string& name) {
    const mustache::data* value = context_.get(name);
    if (value == nullptr || !value->is_string()) blanks_.append(blanks_.empty() ? "" : ", ").append(name);
  }

  void look_through_section(const Part& section, const mustache::data* value) {
    if (is_false(value)) return;
    if (!value->is_list()) return look_through_with(section, *value);
    for (const mustache::data& element : value->list_value()) look_through_with(section, element);
  }

  void look_through_inverted(const Part& section, const mustache::data* value) {
    if (value == nullptr) return look_through(section);
    if (is_false(value)) look_through_with(section, *value);
  }

  void look_through_with(const Part& section, const mustache::data& value) {
    context_.push(&value);
    look_through(section);
    context_.pop();
  }

  Context context_;
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
  return MustacheText{std::move(root), std::move(renderer)};
}

std::vector<std::string> MustacheText::faults(const std::function<std::string(std::string_view name)>& why_unknown) const {
  FaultFinder finder{why_unknown};
  finder.look_through(root_, false);
  return std::move(finder).take();
}

std::expected<std::string, std::string> MustacheText::render(const mustache::data& data) const {
  BlankFinder finder{data};
  finder.look_through(root_);
  if (!finder.blanks().empty()) return std::unexpected{"the event has no text or number for " + finder.blanks()};
  return renderer_->render(data);
}

}  // namespace notifier
