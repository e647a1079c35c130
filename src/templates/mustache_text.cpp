#include "templates/mustache_text.hpp"

#include <algorithm>
#include <utility>

#include "templates/mustache_parser.hpp"

namespace notifier {
namespace {

namespace mustache = kainjow::mustache;
using Part = mustache::component<std::string>;
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
          look_through_partial(child, nested);
          break;
        default:
          break;
      }
    }
  }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(faults_); }

 private:
  void look_through_partial(const Part& partial, bool nested) {
    const std::size_t before = within_.size();
    within_ += tag_of("> ", partial.tag.name) + ": ";
    look_through(partial, nested);
    within_.resize(before);
  }

  void look_up(std::string_view sign, const std::string& name, bool nested) {
    const bool may_belong_to_section = nested && !name.empty() && !is_of_payload(name);
    if (may_belong_to_section) return;
    if (const std::string why = why_unknown_(name); !why.empty()) {
      faults_.push_back(within_ + tag_of(sign, name) + ": " + why);
    }
  }

  const std::function<std::string(std::string_view)>& why_unknown_;
  std::string within_;  ///< the tags of partials
  std::vector<std::string> faults_;
};

bool makes_nothing(const Part& part) {
  return std::ranges::all_of(part.children, [](const Part& child) {
    const tag_type type = child.tag.type;
    if (type == tag_type::variable || type == tag_type::unescaped_variable) return false;
    return child.is_text() ? child.text.find_first_not_of(" \t\r\n") == std::string::npos : makes_nothing(child);
  });
}

bool is_false(const mustache::data* value) { return value == nullptr || value->is_false() || value->is_empty_list(); }

/// What names stand for: the data, and in sections what they are over, the innermost first.
class Scope {
 public:
  explicit Scope(const mustache::data& data) : values_{&data} {}

  void push(const mustache::data& value) { values_.push_back(&value); }
  void pop() { values_.pop_back(); }

  /// The first part of a dotted name decides whose the others are. Null: there is no such value.
  [[nodiscard]] const mustache::data* find(const std::string& name) const {
    if (name == ".") return values_.back();
    std::size_t end = name.find('.');
    const mustache::data* value = find_undotted(name.substr(0, end));
    while (value != nullptr && end != std::string::npos) {
      const std::size_t begin = end + 1;
      end = name.find('.', begin);
      value = value->get(name.substr(begin, end == std::string::npos ? end : end - begin));
    }
    return value;
  }

 private:
  [[nodiscard]] const mustache::data* find_undotted(const std::string& name) const {
    for (auto value = values_.rbegin(); value != values_.rend(); ++value) {
      if (const mustache::data* found = (*value)->get(name); found != nullptr) return found;
    }
    return nullptr;
  }

  std::vector<const mustache::data*> values_;
};

/// Goes through the parsed parts itself: the library's own rendering prints nothing for variables that have no value, knows
/// no bound, and has rules of its own for tags that stand alone. Each tag counts as a byte at least, so that what makes
/// nothing has an end too.
class Rendering {
 public:
  Rendering(const mustache::data& data, Escaping escaping) : scope_{data}, escaping_{escaping} {}

  void go_through(const Part& part) {
    for (const Part& child : part.children) {
      if (is_too_long()) return;
      ++steps_;
      switch (child.tag.type) {
        case tag_type::text:
          write(child.text);
          break;
        case tag_type::variable:
          write_value(child.tag.name, escaping_);
          break;
        case tag_type::unescaped_variable:
          write_value(child.tag.name, Escaping::none);
          break;
        case tag_type::section_begin:
          go_through_section(child, scope_.find(child.tag.name));
          break;
        case tag_type::section_begin_inverted:
          if (is_false(scope_.find(child.tag.name))) go_through(child);
          break;
        case tag_type::partial:
          go_through(child);
          break;
        default:
          break;
      }
    }
  }

  [[nodiscard]] const std::string& blanks() const { return blanks_; }
  [[nodiscard]] bool is_too_long() const { return text_.size() + steps_ > max_rendered_bytes; }
  [[nodiscard]] std::string take_text() && { return std::move(text_); }

 private:
  void write(std::string_view text) {
    if (text.size() > max_rendered_bytes - text_.size()) {
      steps_ = max_rendered_bytes + 1;
    } else {
      text_ += text;
    }
  }

  void write_value(const std::string& name, Escaping escaping) {
    const mustache::data* value = scope_.find(name);
    if (value != nullptr && value->is_string()) {
      write(escaping == Escaping::html ? mustache::html_escape(value->string_value()) : value->string_value());
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

  void go_through_with(const Part& section, const mustache::data& value) {
    ++steps_;
    scope_.push(value);
    go_through(section);
    scope_.pop();
  }

  static constexpr std::size_t enough_blanks = 500;

  Scope scope_;
  const Escaping escaping_;
  std::string text_;
  std::size_t steps_ = 0;
  std::string blanks_;
};

}  // namespace

std::expected<MustacheText, std::string> MustacheText::parse(const std::string& source, Escaping escaping,
                                                             const PartialSource& partials) {
  auto root = parse_mustache(source, partials);
  if (!root) return std::unexpected{std::move(root.error())};
  return MustacheText{std::move(*root), escaping};
}

std::vector<std::string> MustacheText::faults(const std::function<std::string(std::string_view name)>& why_unknown) const {
  FaultFinder finder{why_unknown};
  finder.look_through(root_, false);
  return std::move(finder).take();
}

bool MustacheText::is_blank() const { return makes_nothing(root_); }

std::expected<std::string, std::string> MustacheText::render(const mustache::data& data) const {
  Rendering rendering{data, escaping_};
  rendering.go_through(root_);
  if (!rendering.blanks().empty()) return std::unexpected{"the event has no text or number for " + rendering.blanks()};
  if (rendering.is_too_long()) {
    return std::unexpected{"the event makes more than " + std::to_string(max_rendered_bytes / 1024) +
                           " KiB, the most that a part of a mail may have"};
  }
  return std::move(rendering).take_text();
}

}  // namespace notifier
