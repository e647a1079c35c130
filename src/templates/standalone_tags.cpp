#include "templates/standalone_tags.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace notifier {
namespace {

using Token = kainjow::mustache::component<std::string>;
using kainjow::mustache::tag_type;

/// In the order of the file. Null: the end of a section, which the library takes out.
using Tokens = std::vector<Token*>;
using Line = std::span<Token*>;

void add_tokens_of(Token& parent, Tokens& tokens) {
  for (Token& child : parent.children) {
    tokens.push_back(&child);
    add_tokens_of(child, tokens);
    if (child.tag.is_section_begin()) tokens.push_back(nullptr);
  }
}

bool is_space(const Token* token) { return token != nullptr && token->is_non_newline_whitespace(); }

bool is_end_of_line(const Token* token) { return token != nullptr && token->is_newline(); }

bool can_stand_alone(const Token* token) {
  if (token == nullptr) return true;
  return !token->is_text() && token->tag.type != tag_type::variable && token->tag.type != tag_type::unescaped_variable;
}

/// The place of the tag that stands alone there; the end: none does. `line` is without what ends it.
Line::iterator standalone_tag(Line line) {
  const auto tag = std::ranges::find_if_not(line, is_space);
  if (tag == line.end() || !can_stand_alone(*tag)) return line.end();
  return std::all_of(std::next(tag), line.end(), is_space) ? tag : line.end();
}

/// `end_of_line` is null in the last line.
void take_away(Line line, Token* end_of_line) {
  const auto tag = standalone_tag(line);
  if (tag == line.end()) return;
  std::string indentation;
  for (auto space = line.begin(); space != tag; ++space) indentation += (*space)->text;
  for (Token* token : line) {
    if (token != nullptr) token->text.clear();
  }
  if (end_of_line != nullptr) end_of_line->text.clear();
  if (*tag != nullptr && (*tag)->tag.type == tag_type::partial) (*tag)->text = indentation;
}

}  // namespace

void take_away_lines_of_standalone_tags(Token& root) {
  Tokens tokens;
  add_tokens_of(root, tokens);
  for (auto begin = tokens.begin(); begin != tokens.end();) {
    const auto end = std::find_if(begin, tokens.end(), is_end_of_line);
    take_away({begin, end}, end == tokens.end() ? nullptr : *end);
    begin = end == tokens.end() ? end : std::next(end);
  }
}

}  // namespace notifier
