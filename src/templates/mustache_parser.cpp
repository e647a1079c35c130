#include "templates/mustache_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "templates/standalone_tags.hpp"

namespace notifier {
namespace {

using ParsedNode = kainjow::mustache::component<std::string>;
using kainjow::mustache::tag_type;
using Parsed = std::expected<ParsedNode, std::string>;

/// The library ends with the byte at which it is stuck.
std::string with_line(const std::string& error, std::string_view source) {
  constexpr std::string_view before_place = " at ";
  const std::size_t at = error.rfind(before_place);
  std::size_t place = 0;
  if (at == std::string::npos) return error;
  std::from_chars(error.data() + at + before_place.size(), error.data() + error.size(), place);
  const auto lines = std::ranges::count(source.substr(0, std::min(place, source.size())), '\n');
  return error.substr(0, at) + " in line " + std::to_string(lines + 1);
}

/// Each line, but for what is behind the last end of a line if that is nothing.
std::string indented(const std::string& source, const std::string& indentation) {
  if (indentation.empty()) return source;
  std::string text;
  bool begins_line = true;
  for (const char character : source) {
    if (begins_line) text += indentation;
    text += character;
    begins_line = character == '\n';
  }
  return text;
}

/// Whether the node, which is within so many sections, or one in it is within too many.
bool is_too_deep(const ParsedNode& node, std::size_t depth) {
  if (depth > max_section_depth) return true;
  return std::ranges::any_of(node.children, [depth](const ParsedNode& child) {
    return is_too_deep(child, child.tag.is_section_begin() ? depth + 1 : depth);
  });
}

/// Makes one part of each run of text, of which the library makes one for every space.
void join_texts(ParsedNode& parent) {
  std::vector<ParsedNode> joined;
  for (ParsedNode& child : parent.children) {
    join_texts(child);
    if (child.is_text() && !joined.empty() && joined.back().is_text()) {
      joined.back().text += child.text;
    } else {
      joined.push_back(std::move(child));
    }
  }
  parent.children = std::move(joined);
}

std::string tag_of_partial(const std::string& name) { return "{{> " + name + "}}"; }

class MustacheParser {
 public:
  explicit MustacheParser(const PartialSource& partials) : partials_{partials} {}

  Parsed parse(const std::string& source) {
    size_ += source.size();
    if (size_ > max_source_bytes) {
      return std::unexpected{"with all partials, this is more than " + std::to_string(max_source_bytes / 1024) +
                             " KiB: name fewer of them"};
    }
    kainjow::mustache::context<std::string> context;
    kainjow::mustache::context_internal<std::string> internal{context};
    ParsedNode root;
    std::string error;
    kainjow::mustache::parser<std::string>{source, internal, root, error};
    if (!error.empty()) return std::unexpected{with_line(error, source)};
    if (is_too_deep(root, 0)) {
      return std::unexpected{"more than " + std::to_string(max_section_depth) + " sections are within each other"};
    }
    take_away_lines_of_standalone_tags(root);
    join_texts(root);
    if (auto put = put_partials_in(root); !put) return std::unexpected{std::move(put.error())};
    return root;
  }

 private:
  std::expected<void, std::string> put_partials_in(ParsedNode& node) {
    for (ParsedNode& child : node.children) {
      const bool is_partial = child.tag.type == tag_type::partial;
      if (auto put = is_partial ? put_in(child) : put_partials_in(child); !put) {
        return is_partial ? std::unexpected{tag_of_partial(child.tag.name) + ": " + put.error()} : put;
      }
    }
    return {};
  }

  std::expected<void, std::string> put_in(ParsedNode& tag) {
    const std::string name = tag.tag.name;
    if (std::ranges::find(within_, name) != within_.end()) {
      return std::unexpected{"it contains itself: take it out of one of the files, " + path_to(name)};
    }
    if (within_.size() == max_partial_depth) {
      return std::unexpected{"more than " + std::to_string(max_partial_depth) + " partials are within each other"};
    }
    const auto source = partials_(name);
    if (!source) return std::unexpected{source.error()};
    within_.push_back(name);
    auto partial = parse(indented(*source, tag.text));
    within_.pop_back();
    if (!partial) return std::unexpected{std::move(partial.error())};
    tag.children = std::move(partial->children);
    return {};
  }

  /// From its first place to itself again.
  [[nodiscard]] std::string path_to(const std::string& name) const {
    std::string path;
    for (auto step = std::ranges::find(within_, name); step != within_.end(); ++step) path += *step + " > ";
    return path + name;
  }

  const PartialSource& partials_;
  std::vector<std::string> within_;  ///< the partials that are being parsed, each in the one before it
  std::size_t size_ = 0;
};

}  // namespace

Parsed parse_mustache(const std::string& source, const PartialSource& partials) {
  return MustacheParser{partials}.parse(source);
}

}  // namespace notifier
